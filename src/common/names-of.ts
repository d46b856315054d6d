/** Returns the names of a table's entries, in order. */
export function namesOf<Name extends string>(table: Readonly<Record<Name, unknown>>): readonly Name[] {
  // Safe cast: tables are constants, so they have only the names of their type.
  return Object.keys(table) as Name[];
}
