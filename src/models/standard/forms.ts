import type { Form } from './form';
import { LAYER_FORMS } from './layer-forms';
import { SHARING_FORMS } from './sharing-forms';

/** The form of a layer of this class in standard layers; undefined where it is one, or has none. */
export function formOf(className: string): Form | undefined {
  for (const forms of [LAYER_FORMS, SHARING_FORMS]) if (Object.hasOwn(forms, className)) return forms[className];
  return undefined;
}
