import type { OpenImage } from './open-image';

/** What of a file's header says how its pixels lie. */
export type Frame = Pick<OpenImage, 'height' | 'width' | 'orientation'>;

const isTurned = ({ orientation }: Frame): boolean => orientation >= 5;

/**
 * Throws unless a mask, or an image that is a label, lies on its image, both turned upright as their EXIF orientations
 * say: where one of them has another orientation, only the sizes of sides that differ can tell that it was drawn on the
 * upright image.
 */
export function checkFrame(
  mask: Frame & { readonly name: string },
  image: Frame,
  { image: imageName, kind = 'mask' }: { readonly image: string; readonly kind?: 'mask' | 'image' | undefined },
): void {
  const what = kind === 'mask' ? 'a mask' : 'an image';
  if (image.height !== mask.height || image.width !== mask.width) {
    throw new Error(
      `${mask.name}: expected ${what} of the size of its image ${imageName}, ${image.height} x ${image.width} (height x ` +
        `width)${isTurned(image) ? `, turned by its EXIF orientation ${image.orientation}` : ''}, ` +
        `found ${mask.height} x ${mask.width}.`,
    );
  }
  const sidesTell = isTurned(image) !== isTurned(mask) && image.height !== image.width;
  if (image.orientation === mask.orientation || sidesTell) return;
  throw new Error(
    `${mask.name}: expected ${what} with the EXIF orientation of its image ${imageName}, ${image.orientation}, found ` +
      `${mask.orientation}: nothing tells whether it was drawn on the image as stored or as shown. Save both upright.`,
  );
}
