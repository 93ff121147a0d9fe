/** A cell of a CSV file (RFC 4180): in quotes where it needs them. */
export function quote(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
