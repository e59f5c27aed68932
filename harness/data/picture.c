/* PNG to small pictures. libpng says what is wrong with a file; sizes are bounded before it works.
 */
#include "data/picture.h"

#include <math.h>
#include <png.h>
#include <string.h>

enum { LARGEST = 4096, IN = 4, OUT = 3 };

/* n pixels of red, green, blue, alpha laid on white */
static double *on_white(kdi_arena *a, const uint8_t *rgba, int64_t n)
{
    double *to = kdi_alloc(a, (size_t)(n * OUT) * sizeof *to);
    for (int64_t i = 0; i < n; i++)
        for (int c = 0; c < OUT; c++) {
            double alpha = rgba[i * IN + 3] / 255.0;
            to[i * OUT + c] = alpha * rgba[i * IN + c] + (1 - alpha) * 255;
        }
    return to;
}

/* how much of source pixel i (0..n-1) lies under target pixel t (0..side-1) */
static double overlap(int64_t i, int64_t n, int64_t t, int64_t side)
{
    double scale = (double)n / (double)side;
    double left = fmax((double)i, (double)t * scale);
    double right = fmin((double)(i + 1), (double)(t + 1) * scale);
    return right > left ? right - left : 0;
}

static int64_t first_under(int64_t t, int64_t n, int64_t side)
{
    return t * n / side;
}

static int64_t after_under(int64_t t, int64_t n, int64_t side)
{
    return ((t + 1) * n + side - 1) / side;
}

static void average(const double *from, int64_t width, int64_t height, int64_t x, int64_t y,
                    int64_t side, uint8_t to[OUT])
{
    double sum[OUT] = { 0 }, all = 0;
    for (int64_t v = first_under(y, height, side); v < after_under(y, height, side); v++)
        for (int64_t u = first_under(x, width, side); u < after_under(x, width, side); u++) {
            double weight = overlap(v, height, y, side) * overlap(u, width, x, side);
            all += weight;
            for (int c = 0; c < OUT; c++)
                sum[c] += weight * from[(v * width + u) * OUT + c];
        }
    for (int c = 0; c < OUT; c++)
        to[c] = (uint8_t)floor(sum[c] / all + 0.5);
}

static void shrink(kdi_arena *a, const uint8_t *rgba, int64_t width, int64_t height, int side,
                   uint8_t *to)
{
    const double *from = on_white(a, rgba, width * height);
    for (int64_t y = 0; y < side; y++)
        for (int64_t x = 0; x < side; x++)
            average(from, width, height, x, y, side, to + (y * side + x) * OUT);
}

static int decode(kdi_arena *a, png_image *image, const kdi_bytes *file, int side, uint8_t *to)
{
    if (!png_image_begin_read_from_memory(image, file->data, (size_t)file->size))
        return kd_error(KD_E_DATA, "%s: not a PNG image: %s", file->path, image->message);
    if (image->width > LARGEST || image->height > LARGEST)
        return kd_error(KD_E_DATA, "%s: %ux%u pixels, should be at most %dx%d", file->path,
                        image->width, image->height, LARGEST, LARGEST);
    image->format = PNG_FORMAT_RGBA;
    uint8_t *rgba = kdi_alloc0(a, PNG_IMAGE_SIZE(*image));
    if (!png_image_finish_read(image, NULL, rgba, 0, NULL))
        return kd_error(KD_E_DATA, "%s: a broken PNG image: %s", file->path, image->message);
    shrink(a, rgba, image->width, image->height, side, to);
    return KD_OK;
}

int kdi_png_read(const kdi_bytes *file, int side, uint8_t *to)
{
    kdi_arena *scratch = kdi_arena_new("picture");
    png_image image;
    memset(&image, 0, sizeof image);
    image.version = PNG_IMAGE_VERSION;
    int code = decode(scratch, &image, file, side, to);
    png_image_free(&image);
    kdi_arena_free(scratch);
    return code;
}
