import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** A table of the application, in the same database as Maestro's. */
@Entity({ name: 'notes' })
export class Note {
  @PrimaryGeneratedColumn()
  id: number;

  @Column({ type: 'text' })
  text: string;
}
