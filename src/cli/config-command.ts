import { exampleSettings, printSettings } from '../config/print.ts';
import { settingsFrom } from './settings-from.ts';

export function printConfigCommand(options: Readonly<Record<string, unknown>>): void {
  process.stdout.write(printSettings(settingsFrom(options), process.env));
}

export function exampleConfigCommand(): void {
  process.stdout.write(exampleSettings());
}
