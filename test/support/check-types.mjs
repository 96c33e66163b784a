// Compiles programs, reading each library's declarations once: node check-types.mjs '[{ "files": […], "options": {…} }]'.
// Prints each program's errors; ends with 1 where there is one.
import ts from 'typescript';

const kept = new Map();
let failures = 0;

for (const { files, options } of JSON.parse(process.argv[2])) {
  const { options: parsed, errors } = ts.convertCompilerOptionsFromJson(options, process.cwd());
  const host = ts.createCompilerHost(parsed);
  const read = host.getSourceFile.bind(host);
  host.getSourceFile = (name, target, ...rest) => {
    const key = `${JSON.stringify(target)} ${name}`;
    if (!kept.has(key)) kept.set(key, read(name, target, ...rest));
    return kept.get(key);
  };
  const program = ts.createProgram(files, parsed, host);
  const emitted = parsed.noEmit === true ? [] : program.emit().diagnostics;
  const found = [...errors, ...ts.getPreEmitDiagnostics(program), ...emitted];
  failures += found.length;
  if (found.length > 0) console.log(ts.formatDiagnostics(found, host));
}
process.exitCode = failures === 0 ? 0 : 1;
