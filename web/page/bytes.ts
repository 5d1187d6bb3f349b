import { type Language, localeOf } from "../shared/strings";

const UNITS = ["kilobyte", "megabyte", "gigabyte", "terabyte"] as const;

/** Write a size in the unit that suits it. */
export function inWords(bytes: number, language: Language): string {
  const power = Math.min(Math.max(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), 1), UNITS.length);
  const format = { style: "unit", unit: UNITS[power - 1], maximumFractionDigits: power > 2 ? 1 : 0 } as const;
  return new Intl.NumberFormat(localeOf(language), format as Intl.NumberFormatOptions).format(bytes / 1000 ** power);
}
