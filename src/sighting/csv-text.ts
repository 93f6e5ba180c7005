/**
 * A text from a log as what a cell holds: no control characters, and nothing that a spreadsheet would compute, at its
 * beginning or behind a semicolon: in half of the world spreadsheets split there, and know nothing of the quotes around
 * the whole cell.
 */
export function csvText(value: string | null): string {
  return (value ?? '').replace(controls, picture).replace(formulaStarts, "$1'");
}

/** Where a formula would begin in a spreadsheet, by a sign or by the wide form that some take for the same. */
const formulaStarts = /(^|;)(?=[\s"]*[=+\-@＝＋－＠])/g;

// oxlint-disable-next-line no-control-regex -- control characters are what this is about
const controls = /[\u0000-\u001f\u007f-\u009f]/g;

/** The character that depicts a control character: neither a cell nor a terminal does anything with it. */
function picture(control: string): string {
  const code = control.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? '\u2421' : '\ufffd';
}
