/** Returns a function that gives each name back, with a number behind it where it was there before. */
export function unique(): (name: string) => string {
  const given = new Set<string>();
  return (name) => {
    let free = name;
    for (let i = 2; given.has(free); i++) free = `${name}_${i}`;
    given.add(free);
    return free;
  };
}
