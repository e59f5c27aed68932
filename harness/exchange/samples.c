/* Rows of samples, and whose they are; and texts, a line each. */
#include "exchange/exchange.h"

#include "data/text.h"
#include "data/tokenize.h"

#include <inttypes.h>
#include <string.h>

enum { FIRST = 16 };

/* ---- rows ------------------------------------------------------------------------- */

void *kdi_intake_add(kdi_intake *in, const char *path, int64_t item)
{
    if (in->n == in->room) {
        int64_t room = in->room ? 2 * in->room : FIRST;
        char *row = kdi_alloc(in->arena, (size_t)(room * in->size));
        memcpy(row, in->row ? in->row : row, (size_t)(in->n * in->size));
        in->row = row;
        in->room = room;
    }
    kd_value *name = kd_map(in->arena);
    kd_set_text(name, "file", path);
    if (item >= 0)
        kd_set_int(name, "item", item);
    kd_push(in->name, name);
    return memset(in->row + in->n++ * in->size, 0, (size_t)in->size);
}

/* ---- texts ------------------------------------------------------------------------ */

static int check_line(const kdi_lines *l, const char *line, int64_t n)
{
    int64_t bad = kdi_utf8_bad(line, n);
    if (bad < n)
        return kd_error(KD_E_DATA, "%s:%" PRId64 ": byte %" PRId64 " is not UTF-8, or NUL", l->path,
                        l->number, bad + 1);
    if (n > KD_TEXT_MOST)
        return kd_error(KD_E_DATA, "%s:%" PRId64 ": %" PRId64 " bytes, should be at most %d",
                        l->path, l->number, n, KD_TEXT_MOST);
    return KD_OK;
}

/* as kdi_data_tokenize does it: lower case, cut to length, never nothing but padding */
static void encode(kdi_intake *in, const char *line, int64_t n, int32_t *to)
{
    const kdi_vocabulary *v = in->vocabulary;
    char *lower = kdi_alloc(in->arena, (size_t)n + 1);
    int64_t most = in->data->set.tokenizer.length;
    kdi_lower(line, n, lower);
    if ((v->kind == KD_WORDS ? kdi_words_encode : kdi_bytes_encode)(v, lower, n, most, to) == 0)
        to[0] = KDI_UNKNOWN;
}

int kdi_intake_text(kdi_intake *in, const char *path)
{
    enum { MOST = 1 << 28 };
    kdi_bytes file = { .path = path };
    const char *line;
    int64_t n;
    KD_TRY(kdi_read_file(in->arena, path, MOST, &file.data, &file.size));
    kdi_lines l = kdi_lines_of(&file);
    while (kdi_lines_next(&l, &line, &n)) {
        KD_TRY(check_line(&l, line, n));
        if (n > 0)
            encode(in, line, n, kdi_intake_add(in, path, l.number));
    }
    return KD_OK;
}
