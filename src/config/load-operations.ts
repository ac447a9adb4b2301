import type { OperationSettings } from '../model/operation-settings';
import type { OptionValue } from '../model/option';

import type { SettingReader } from './read-env';
import { settings } from './settings';
import { type DeclaresOptions, optionSetting, optionsOf } from './settings/options';

/** The settings that operations of the kit and single instrumentations have. */
export function readOperations(
  { read }: SettingReader,
  declared: readonly DeclaresOptions[],
): OperationSettings {
  return {
    capturedHeaders: {
      serverRequest: read(settings.serverRequestHeaders),
      serverResponse: read(settings.serverResponseHeaders),
      clientRequest: read(settings.clientRequestHeaders),
      clientResponse: read(settings.clientResponseHeaders),
    },
    secretHeaders: read(settings.secretHeaders),
    excludedUrls: read(settings.excludedUrls),
    sensitiveQueryParameters: read(settings.sensitiveQueryParameters),
    querySanitization: read(settings.querySanitization),
    serviceMapping: read(settings.serviceMapping),
    messagingHeaders: read(settings.messagingHeaders),
    options: Object.fromEntries(
      declared.map((each) => [
        each.name,
        Object.fromEntries(
          Object.entries(optionsOf(each)).map(([key, option]): [string, OptionValue] => [
            key,
            read(optionSetting(each.name, key, option)),
          ]),
        ),
      ]),
    ),
  };
}
