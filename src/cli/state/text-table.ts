import { cutToWidth, padToWidth, textWidth } from '../../report/text-width.ts';
import { visibleText } from '../../runtime/visible-text.ts';

const cellWidthMax = 80;

export interface TextColumn {
  readonly title: string;
  readonly isNumber?: true;
}

/** Rows under their titles, in columns of equal width; blank where there are no rows. Cells are made harmless. */
export function textTable(columns: readonly TextColumn[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const cells = rows.map((row) => row.map((cell) => cutToWidth(visibleText(cell), cellWidthMax)));
  const lines = [columns.map(({ title }) => title), ...cells];
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => textWidth(line[index] ?? ''))));
  return lines
    .map((line) =>
      line
        .map((cell, index) => padToWidth(cell, widths[index] ?? 0, columns[index]?.isNumber))
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('');
}
