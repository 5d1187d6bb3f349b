import type { Table, TableRow } from "mdast";

import { useSay } from "../reader";
import { Phrases } from "./phrase";

/** A table that scrolls by itself where it is wider than the text. */
export function TableBlock({ table }: { table: Table }) {
  const say = useSay();
  const [head, ...rows] = table.children;
  const cells = (row: TableRow, Cell: "th" | "td") =>
    row.children.map((cell, index) => (
      <Cell key={index} scope={Cell === "th" ? "col" : undefined} data-align={table.align?.[index] ?? undefined}>
        <Phrases nodes={cell.children} />
      </Cell>
    ));
  return (
    <div className="table" role="region" aria-label={say("table")} tabIndex={0}>
      <table>
        <thead>{head && <tr>{cells(head, "th")}</tr>}</thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={index}>{cells(row, "td")}</tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
