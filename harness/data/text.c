/* Texts of readers: gathered one by one, each known to be sound. */
#include "data/text.h"

#include <inttypes.h>
#include <string.h>
#include "data/words.h"

kdi_lines kdi_lines_of(const kdi_bytes *file)
{
    const char *at = (const char *)file->data;
    return (kdi_lines){ .path = file->path, .at = at, .end = at + file->size };
}

bool kdi_lines_next(kdi_lines *l, const char **line, int64_t *n)
{
    if (l->at == l->end)
        return false;
    const char *stop = memchr(l->at, '\n', (size_t)(l->end - l->at));
    const char *last = stop ? stop : l->end;
    *line = l->at;
    *n = last - l->at;
    if (*n > 0 && last[-1] == '\r')
        --*n;
    l->at = stop ? stop + 1 : l->end;
    l->number++;
    return true;
}

/* ---- gathering ------------------------------------------------------------------------ */

struct kd_texts {
    kdi_arena *arena;
    char *text;
    int64_t *at, *label;
    int64_t n, room, size, text_room;
};

enum { FIRST_TEXTS = 1024, FIRST_BYTES = 1 << 16 };

kd_texts *kd_texts_new(kd_dataset *d)
{
    kd_texts *t = kdi_alloc0(d->arena, sizeof *t);
    *t = (kd_texts){ .arena = d->arena, .room = FIRST_TEXTS, .text_room = FIRST_BYTES };
    t->text = kdi_alloc(t->arena, FIRST_BYTES);
    t->at = kdi_alloc(t->arena, (FIRST_TEXTS + 1) * sizeof *t->at);
    t->label = kdi_alloc(t->arena, (FIRST_TEXTS + 1) * sizeof *t->label);
    t->at[0] = 0;
    return t;
}

static void *wider(kdi_arena *a, const void *old, int64_t used, int64_t room, size_t each)
{
    return memcpy(kdi_alloc(a, (size_t)room * each), old, (size_t)used * each);
}

static void make_room(kd_texts *t, int64_t size)
{
    if (t->n == t->room) {
        t->room *= 2;
        t->at = wider(t->arena, t->at, t->n + 1, t->room + 1, sizeof *t->at);
        t->label = wider(t->arena, t->label, t->n, t->room + 1, sizeof *t->label);
    }
    while (t->size + size > t->text_room) {
        t->text_room *= 2;
        t->text = wider(t->arena, t->text, t->size, t->text_room, 1);
    }
}

/* why a text is refused, or NULL */
static const char *fault(kdi_arena *a, const char *text, int64_t n)
{
    if (n > KD_TEXT_MOST)
        return kdi_format(a, "a text of %" PRId64 " bytes, should have at most %d", n,
                          KD_TEXT_MOST);
    int64_t bad = kdi_utf8_bad(text, n);
    if (bad < n && text[bad] == '\0')
        return kdi_format(a, "byte %" PRId64 " of the text is NUL: is this a text file?", bad + 1);
    if (bad < n)
        return kdi_format(a, "byte %" PRId64 " of the text is 0x%02x, which is not UTF-8 there",
                          bad + 1, (unsigned char)text[bad]);
    const char *at = text, *piece;
    int64_t size;
    bool space;
    return kdi_next_piece(&at, text + n, &piece, &size, &space) ? NULL : "an empty text";
}

int kd_texts_add(kd_texts *t, const char *path, int64_t line, const char *text, int64_t n,
                 int64_t label)
{
    const char *wrong = fault(t->arena, text, n);
    if (wrong && line)
        return kd_error(KD_E_DATA, "%s:%" PRId64 ": %s", path, line, wrong);
    if (wrong)
        return kd_error(KD_E_DATA, "%s: %s", path, wrong);
    make_room(t, n);
    memcpy(t->text + t->size, text, (size_t)n);
    t->label[t->n++] = label;
    t->size += n;
    t->at[t->n] = t->size;
    return KD_OK;
}

void kd_texts_end(kd_texts *t, const char *source, kd_samples *out)
{
    *out = (kd_samples){
        .n = t->n, .text = t->text, .at = t->at, .label = t->label, .source = source
    };
}

const char *const kd_tokenizer_names[] = { "word", "bpe", NULL };
