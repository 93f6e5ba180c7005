import type { Settings } from '../config/schema.ts';
import { loadWebConfig } from '../config/web-config.ts';
import { type ServerSecurity, noSecurity } from '../http/security.ts';

/** What protects the HTTP server of the settings; a UserError where its files cannot be used. */
export function webSecurity(settings: Settings): ServerSecurity {
  const { webConfigFile } = settings.http;
  return webConfigFile === undefined ? noSecurity : loadWebConfig(webConfigFile);
}
