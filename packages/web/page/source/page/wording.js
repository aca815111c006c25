/** Numbers, counts and separators as a reader expects them. */

export const SEPARATOR_NAMES = { ",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar" };

export const count = (n) => n.toLocaleString("en");

export const plural = (n, one, many = `${one}s`) => `${count(n)} ${n === 1 ? one : many}`;

/** 100% is said of what is exactly so only. */
export const percent = (share) =>
  share > 0.995 && share < 1 ? `${Math.min(99.9, 100 * share).toFixed(1)}%` : `${(100 * share).toFixed(0)}%`;

export const decimals = (value, digits = 3) => (value === null || value === undefined ? "–" : value.toFixed(digits));

export function bytes(n) {
  if (n < 1000) return plural(n, "byte");
  const units = ["kB", "MB", "GB"];
  let value = n / 1000, unit = 0;
  for (; value >= 1000 && unit < 2; unit++) value /= 1000;
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

export function seconds(n) {
  if (n < 0.1) return "under 0.1 s";
  if (n < 10) return `${n.toFixed(1)} s`;
  return n < 90 ? `${Math.round(n)} s` : `${Math.floor(n / 60)} min ${Math.round(n % 60)} s`;
}
