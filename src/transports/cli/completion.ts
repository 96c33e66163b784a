import type { CommandNode } from './command-tree.js';
import { nameOf, nodesOf } from './command-tree.js';

/**
 * Scripts that know every command, so that pressing the tab key starts no process. In all of them a place in the tree is the words
 * that lead there, each with a blank before it.
 */
export const completionScripts = { bash, zsh, fish } as const;

function placeOf({ path }: CommandNode): string {
  return path.map((word) => ` ${word}`).join('');
}

function wordsOf({ children, options }: CommandNode): readonly string[] {
  return [...children.map(nameOf), ...options.map(({ flag }) => flag)];
}

/** `case` patterns of what must be followed by a value that only the person knows. */
function valuePlaces(nodes: readonly CommandNode[]): readonly string[] {
  return nodes.flatMap((node) => node.options.filter(({ takesValue }) => takesValue).map(({ flag }) => `"${placeOf(node)} ${flag}"`));
}

function bash(tree: CommandNode): string {
  const nodes = nodesOf(tree);
  const inner = nodes.filter(({ path }) => path.length > 0);
  return `# Completion of maestro for bash. In ~/.bashrc: source <(maestro completion bash)
_maestro() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" place="" word words="" files=""
  COMPREPLY=()
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$place $word" in
      ${inner.map((node) => `"${placeOf(node)}"`).join('|')}) place="$place $word" ;;
    esac
  done
  case "$place $previous" in
    ${valuePlaces(nodes).join('|')}) return ;;
  esac
  case "$place" in
${nodes.map((node) => `    "${placeOf(node)}") words="${wordsOf(node).join(' ')}"${node.takesFile ? ' files=1' : ''} ;;`).join('\n')}
  esac
  if [[ -n $files && $current != -* ]]; then
    compopt -o filenames 2>/dev/null
    COMPREPLY=($(compgen -f -- "$current"))
  else
    COMPREPLY=($(compgen -W "$words" -- "$current"))
  fi
}
complete -F _maestro maestro
`;
}

function zsh(tree: CommandNode): string {
  const nodes = nodesOf(tree);
  const inner = nodes.filter(({ path }) => path.length > 0);
  const described = (entries: readonly (readonly [string, string])[]): string =>
    entries.map(([name, description]) => quoted(`${name.replaceAll(':', '\\:')}:${description}`)).join(' ');
  const cases = nodes.map((node) => {
    const entries = [
      ...node.children.map((child) => [nameOf(child), child.description] as const),
      ...node.options.map(({ flag, description }) => [flag, description] as const),
    ];
    return `    ("${placeOf(node)}") entries=(${described(entries)})${node.takesFile ? '; _files' : ''} ;;`;
  });
  return `#compdef maestro
# Completion of maestro for zsh. In ~/.zshrc, after compinit: source <(maestro completion zsh)
_maestro() {
  local place="" word
  local -a entries
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$place $word" in
      (${inner.map((node) => `"${placeOf(node)}"`).join('|')}) place="$place $word" ;;
    esac
  done
  case "$place \${words[CURRENT-1]}" in
    (${valuePlaces(nodes).join('|')}) return 1 ;;
  esac
  case "$place" in
${cases.join('\n')}
  esac
  _describe 'maestro' entries
}
if [ "$funcstack[1]" = "_maestro" ]; then _maestro "$@"; else compdef _maestro maestro; fi
`;
}

function fish(tree: CommandNode): string {
  const nodes = nodesOf(tree);
  const inner = nodes.filter(({ path }) => path.length > 0);
  const lines = nodes.flatMap((node) => {
    const here = `complete -c maestro -n "__maestro_at '${placeOf(node)}'"`;
    return [
      ...node.children.map((child) => `${here} -a ${nameOf(child)} -d ${quoted(child.description)}`),
      ...node.options.map(
        ({ flag, description, takesValue }) => `${here} -l ${flag.slice(2)}${takesValue ? ' -x' : ''} -d ${quoted(description)}`,
      ),
      ...(node.takesFile ? [`${here} -F`] : []),
    ];
  });
  return `# Completion of maestro for fish. In ~/.config/fish/config.fish: maestro completion fish | source
set -g __maestro_places ${inner.map((node) => quoted(placeOf(node))).join(' ')}
function __maestro_at
  set -l place ''
  for word in (commandline -opc)[2..-1]
    if contains -- "$place $word" $__maestro_places
      set place "$place $word"
    end
  end
  test "$place" = "$argv[1]"
end
complete -c maestro -f
${lines.join('\n')}
`;
}

/** For the three shells alike: no single quote comes through, and nothing else means anything between them. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", '’').replaceAll('\\', '\\\\')}'`;
}
