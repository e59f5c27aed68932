/* Pictures as a network sees them: PNG, PGM and PPM, one each; IDX, many. */
#include "exchange/exchange.h"

#include "data/picture.h"

#include <ctype.h>
#include <inttypes.h>
#include <png.h>
#include <string.h>

enum { LARGEST = 4096, FILE_MOST = 1 << 30 };

typedef struct picture {
    const char *path;
    int64_t width, height;
    const uint8_t *rgb; /* three bytes a pixel, equal ones where it is grey */
} picture;

/* ---- into a row ------------------------------------------------------------------- */

static int check_size(const kdi_intake *in, const picture *p)
{
    const kd_dataset *s = &in->data->set;
    if (p->width == s->width && p->height == s->height)
        return KD_OK;
    return kd_error(KD_E_DATA,
                    "%s: %" PRId64 "x%" PRId64 " pixels, the network takes %" PRId64 "x%" PRId64
                    " (--resize averages larger PNG images down)",
                    p->path, p->width, p->height, s->width, s->height);
}

/* one channel: grey pictures only */
static int put(kdi_intake *in, const picture *p)
{
    int64_t channels = in->data->set.channels, n = p->width * p->height;
    KD_TRY(check_size(in, p));
    if (channels != 1 && channels != 3)
        return kd_error(KD_E_USAGE,
                        "%s: the network takes images of %" PRId64 " channels, pictures have 1 or "
                        "3: give IDX",
                        p->path, channels);
    for (int64_t i = 0; channels == 1 && i < n; i++)
        if (p->rgb[3 * i] != p->rgb[3 * i + 1] || p->rgb[3 * i] != p->rgb[3 * i + 2])
            return kd_error(KD_E_DATA, "%s: a colour image, the network takes grey ones", p->path);
    uint8_t *to = kdi_intake_add(in, p->path, -1);
    for (int64_t i = 0; i < n; i++)
        memcpy(to + i * channels, p->rgb + 3 * i, (size_t)channels);
    return KD_OK;
}

/* ---- PNG ---------------------------------------------------------------------------- */

/* what is transparent shows white */
static uint8_t *on_white(kdi_arena *a, const uint8_t *rgba, int64_t n)
{
    uint8_t *to = kdi_alloc(a, (size_t)(3 * n) + 1);
    for (int64_t i = 0; i < n; i++)
        for (int c = 0; c < 3; c++)
            to[3 * i + c] = (uint8_t)((rgba[4 * i + c] * rgba[4 * i + 3] +
                                       255 * (255 - rgba[4 * i + 3]) + 127) /
                                      255);
    return to;
}

static int decode_png(const kdi_intake *in, png_image *image, const kdi_bytes *file, picture *p)
{
    if (!png_image_begin_read_from_memory(image, file->data, (size_t)file->size))
        return kd_error(KD_E_DATA, "%s: not a PNG image: %s", file->path, image->message);
    if (image->width > LARGEST || image->height > LARGEST)
        return kd_error(KD_E_DATA, "%s: %ux%u pixels, should be at most %dx%d", file->path,
                        image->width, image->height, LARGEST, LARGEST);
    image->format = PNG_FORMAT_RGBA;
    uint8_t *rgba = kdi_alloc0(in->arena, PNG_IMAGE_SIZE(*image));
    if (!png_image_finish_read(image, NULL, rgba, 0, NULL))
        return kd_error(KD_E_DATA, "%s: a broken PNG image: %s", file->path, image->message);
    *p = (picture){ .path = file->path, .width = image->width, .height = image->height };
    p->rgb = on_white(in->arena, rgba, p->width * p->height);
    return KD_OK;
}

/* as the pictures of a data set are shrunk (data/picture.c) */
static int shrink(kdi_intake *in, const kdi_bytes *file, picture *p)
{
    const kd_dataset *s = &in->data->set;
    if (s->height != s->width || p->width < s->width || p->height < s->height)
        return check_size(in, p);
    uint8_t *rgb = kdi_alloc(in->arena, (size_t)(3 * s->width * s->width));
    KD_TRY(kdi_png_read(file, (int)s->width, rgb));
    p->rgb = rgb;
    p->width = p->height = s->width;
    return KD_OK;
}

static int take_png(kdi_intake *in, const kdi_bytes *file)
{
    picture p;
    png_image image;
    memset(&image, 0, sizeof image);
    image.version = PNG_IMAGE_VERSION;
    int code = decode_png(in, &image, file, &p);
    png_image_free(&image);
    KD_TRY(code);
    if (in->resize && (p.width != in->data->set.width || p.height != in->data->set.height))
        KD_TRY(shrink(in, file, &p));
    return put(in, &p);
}

/* ---- PGM and PPM: "P5" or "P6", width, height, 255, one white space, bytes ------------ */

typedef struct header {
    const uint8_t *at, *end;
} header;

static void skip_blanks(header *h)
{
    while (h->at < h->end && (isspace(*h->at) || *h->at == '#')) {
        bool comment = *h->at == '#';
        while (comment && h->at < h->end && *h->at != '\n')
            h->at++;
        h->at += h->at < h->end;
    }
}

static int64_t number(header *h)
{
    int64_t n = -1;
    skip_blanks(h);
    for (; h->at < h->end && isdigit(*h->at) && n < LARGEST * 16; h->at++)
        n = (n < 0 ? 0 : n) * 10 + (*h->at - '0');
    return n;
}

static int take_pnm(kdi_intake *in, const kdi_bytes *file)
{
    int64_t channels = file->data[1] == '5' ? 1 : 3;
    header h = { file->data + 2, file->data + file->size };
    picture p = { .path = file->path };
    p.width = number(&h);
    p.height = number(&h);
    int64_t most = number(&h);
    if (p.width < 1 || p.height < 1 || p.width > LARGEST || p.height > LARGEST || most != 255)
        return kd_error(KD_E_DATA,
                        "%s: width %" PRId64 ", height %" PRId64 ", maximum %" PRId64
                        ": should be 1 to %d, 1 to %d, 255",
                        file->path, p.width, p.height, most, LARGEST, LARGEST);
    h.at += h.at < h.end;
    int64_t n = p.width * p.height;
    if (h.end - h.at != n * channels)
        return kd_error(KD_E_DATA, "%s: %" PRId64 " bytes of pixels, should be %" PRId64,
                        file->path, (int64_t)(h.end - h.at), n * channels);
    uint8_t *rgb = kdi_alloc(in->arena, (size_t)(3 * n));
    for (int64_t i = 0; i < n; i++)
        for (int64_t c = 0; c < 3; c++)
            rgb[3 * i + c] = h.at[i * channels + (channels == 3 ? c : 0)];
    p.rgb = rgb;
    return put(in, &p);
}

/* ---- IDX ------------------------------------------------------------------------------ */

static int take_idx(kdi_intake *in, const kdi_bytes *file)
{
    const kd_dataset *s = &in->data->set;
    kdi_idx x;
    KD_TRY(kdi_idx_images(&x, file->path, file->data, file->size));
    int64_t channels = x.naxis == 4 ? x.axis[3] : 1;
    if (x.axis[1] != s->height || x.axis[2] != s->width || channels != s->channels)
        return kd_error(KD_E_DATA,
                        "%s: images of %" PRId64 "x%" PRId64 "x%" PRId64
                        ", the network takes %" PRId64 "x%" PRId64 "x%" PRId64
                        " (height, width, channels)",
                        file->path, x.axis[1], x.axis[2], channels, s->height, s->width,
                        s->channels);
    for (int64_t i = 0; i < x.axis[0]; i++)
        memcpy(kdi_intake_add(in, file->path, i), x.body + i * in->size, (size_t)in->size);
    return KD_OK;
}

/* ---- by their first bytes ---------------------------------------------------------------- */

static bool begins(const kdi_bytes *file, const char *with, int64_t n)
{
    return file->size >= n && memcmp(file->data, with, (size_t)n) == 0;
}

int kdi_intake_image(kdi_intake *in, const char *path)
{
    kdi_bytes file = { .path = path };
    if (!in->data->set.train.pixel)
        return kd_error(KD_E_USAGE,
                        "%s: the network was trained on images of reals, not of bytes: what a "
                        "picture's bytes are in its scale is not known",
                        path);
    KD_TRY(kdi_read_file(in->arena, path, FILE_MOST, &file.data, &file.size));
    if (begins(&file, "\211PNG", 4))
        return take_png(in, &file);
    if (begins(&file, "P5", 2) || begins(&file, "P6", 2))
        return take_pnm(in, &file);
    if (begins(&file, "\0\0\10", 3))
        return take_idx(in, &file);
    return kd_error(KD_E_DATA, "%s: none of PNG, PGM (P5), PPM (P6) and IDX", path);
}
