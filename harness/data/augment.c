/* Augmentations there are, and those of images: pad-crop and mirror. A draw depends on (sample,
 * epoch, view, seed) and on nothing else: not on the batch, not on what was drawn before. */
#include "data/data.h"

#include <string.h>

const kdi_augment kdi_augments[] = {
    { .name = "none", .help = "the sample as it is" },
    { .name = "crop",
      .help = "4 zeros around it, then a crop of its own size anywhere",
      .crop = true },
    { .name = "flip", .help = "mirrored left to right, every other time", .flip = true },
    { .name = "crop_flip",
      .help = "crop, then flip: what CIFAR's recipes do",
      .crop = true,
      .flip = true },
    { .name = "strong",
      .help = "crop_flip, contrast, brightness, then a square of zeros half as wide as the image",
      .crop = true,
      .flip = true,
      .strong = true },
    { .name = "jitter",
      .help = "points: each number moved by a deviation of 0.01, at most 0.05",
      .jitter = true },
    { .name = "scale_jitter",
      .help = "points: the cloud made 2/3 to 3/2 as large, then jitter",
      .jitter = true,
      .scale = true },
    { .name = "redraw",
      .help = "points: other points of the same surface, where more are stored than seen",
      .redraw = true },
    { .name = "redraw_scale_jitter",
      .help = "points: redraw, then scale_jitter",
      .redraw = true,
      .jitter = true,
      .scale = true },
    { .name = "rotate",
      .help = "points: turned by any angle about the axis that points upwards",
      .rotate = true },
    { .name = "rotate_scale_jitter",
      .help = "points: rotate, then scale_jitter",
      .jitter = true,
      .scale = true,
      .rotate = true },
    { .name = "points_strong",
      .help = "rotate_scale_jitter, then up to 7/8 of the points laid on the first",
      .jitter = true,
      .scale = true,
      .rotate = true,
      .drop = true },
    { .name = "word_dropout",
      .help = "each token is unknown (1) with a chance of 0.1",
      .drop_words = 0.1 },
    { .name = "word_dropout_strong",
      .help = "each token is unknown (1) with a chance of 0.3",
      .drop_words = 0.3 },
    { 0 },
};
const char *const kdi_augment_names[] = { "none",
                                          "crop",
                                          "flip",
                                          "crop_flip",
                                          "strong",
                                          "jitter",
                                          "scale_jitter",
                                          "redraw",
                                          "redraw_scale_jitter",
                                          "rotate",
                                          "rotate_scale_jitter",
                                          "points_strong",
                                          "word_dropout",
                                          "word_dropout_strong",
                                          NULL };

const kdi_augment *kdi_augment_named(const char *name)
{
    for (const kdi_augment *a = kdi_augments; a->name; a++)
        if (strcmp(a->name, name) == 0)
            return a;
    return NULL;
}

unsigned kdi_augment_kinds(const kdi_augment *a)
{
    bool image = a->crop || a->flip || a->strong, tokens = a->drop_words > 0;
    bool points = a->jitter || a->scale || a->rotate || a->drop || a->redraw;
    unsigned kinds =
        (unsigned)image << KD_IMAGE | (unsigned)points << KD_POINTS | (unsigned)tokens << KD_TOKENS;
    return kinds ? kinds : (1u << KD_NMEDIUM) - 1;
}

/* all three in one number, each within its own bits: no two draws share a stream */
uint64_t kdi_augment_stream(int64_t place, int64_t epoch, int view)
{
    KD_ASSERT(place >= 0 && place < (int64_t)1 << 36);
    KD_ASSERT(epoch >= 0 && epoch < (int64_t)1 << 20);
    KD_ASSERT(view >= 0 && view < 1 << 8);
    return (uint64_t)place | (uint64_t)epoch << 36 | (uint64_t)view << 56;
}

static void draw_strength(kdi_warp *w, const kd_dataset *shape, kd_rng *r)
{
    w->strong = true;
    w->contrast = (kd_real)(0.5 + kdi_uniform01(r));
    w->brightness = (kd_real)(kdi_uniform01(r) - 0.5);
    w->middle_y = kdi_below(r, shape->height);
    w->middle_x = kdi_below(r, shape->width);
}

kdi_warp kdi_augment_draw(const kdi_augment *how, const kd_dataset *shape, uint64_t seed,
                          int64_t place, int64_t epoch, int view)
{
    kd_rng r = kdi_rng(seed, KDI_STREAM_AUGMENT, kdi_augment_stream(place, epoch, view));
    kdi_warp w = { .top = KDI_CROP_PAD, .left = KDI_CROP_PAD };
    if (how->crop) {
        w.top = kdi_below(&r, 2 * KDI_CROP_PAD + 1);
        w.left = kdi_below(&r, 2 * KDI_CROP_PAD + 1);
    }
    if (how->flip)
        w.flip = kdi_u32(&r) & 1;
    if (how->strong)
        draw_strength(&w, shape, &r);
    return w;
}

static void fill(kd_real *to, int64_t pixels, const kd_real *pad, int64_t channels)
{
    for (int64_t x = 0; x < pixels; x++)
        memcpy(to + x * channels, pad, (size_t)channels * sizeof *to);
}

/* one row, moved by `shift` pixels: to[x] = from[x + shift] */
static void move_row(const kd_real *from, const kd_real *pad, int64_t width, int64_t channels,
                     int64_t shift, kd_real *to)
{
    int64_t first = shift < 0 ? -shift : 0, last = shift > 0 ? width - shift : width;
    first = first < width ? first : width;
    last = last > first ? last : first;
    fill(to, first, pad, channels);
    memcpy(to + first * channels, from + (first + shift) * channels,
           (size_t)((last - first) * channels) * sizeof *to);
    fill(to + last * channels, width - last, pad, channels);
}

static void mirror_row(kd_real *row, int64_t width, int64_t channels)
{
    for (int64_t l = 0, r = width - 1; l < r; l++, r--)
        for (int64_t c = 0; c < channels; c++) {
            kd_real t = row[l * channels + c];
            row[l * channels + c] = row[r * channels + c];
            row[r * channels + c] = t;
        }
}

static int64_t within(int64_t x, int64_t most)
{
    return x < 0 ? 0 : x > most ? most : x;
}

static void strengthen(kdi_warp warp, const kd_dataset *shape, const kd_real *pad, kd_real *to)
{
    int64_t height = shape->height, width = shape->width, channels = shape->channels;
    for (int64_t i = 0; i < height * width * channels; i++)
        to[i] = warp.contrast * to[i] + warp.brightness;
    int64_t top = within(warp.middle_y - height / 4, height);
    int64_t left = within(warp.middle_x - width / 4, width);
    int64_t right = within(warp.middle_x + width / 4, width);
    for (int64_t y = top; y < within(warp.middle_y + height / 4, height); y++)
        fill(to + (y * width + left) * channels, right - left, pad, channels);
}

void kdi_warp_image(kdi_warp warp, const kd_dataset *shape, const kd_real *from, const kd_real *pad,
                    kd_real *to)
{
    int64_t height = shape->height, width = shape->width, channels = shape->channels;
    kd_real *image = to;
    for (int64_t y = 0; y < height; y++, to += width * channels) {
        int64_t source = y + warp.top - KDI_CROP_PAD;
        if (source < 0 || source >= height) {
            fill(to, width, pad, channels);
            continue;
        }
        move_row(from + source * width * channels, pad, width, channels, warp.left - KDI_CROP_PAD,
                 to);
        if (warp.flip)
            mirror_row(to, width, channels);
    }
    if (warp.strong)
        strengthen(warp, shape, pad, image);
}
