/* Records of comma-separated values (RFC 4180): fields in quotes may hold commas, line ends, and
 * quotes twice; and lines of values with tabs between them, where a quote is like any other. */
#include "data/text.h"

#include <inttypes.h>
#include <string.h>

kdi_csv kdi_csv_of(kdi_arena *a, const kdi_bytes *file)
{
    const char *at = (const char *)file->data;
    return (kdi_csv){ .path = file->path,
                      .at = at,
                      .end = at + file->size,
                      .room = kdi_alloc(a, (size_t)file->size + 1),
                      .next_line = 1 };
}

static bool ends_field(char c)
{
    return c == ',' || c == '\r' || c == '\n';
}

/* the field in quotes that begins at c->at, its quotes taken off, to `to` */
static int quoted(kdi_csv *c, char *to, int64_t *n)
{
    int64_t begun = c->next_line;
    c->at++;
    for (*n = 0; c->at < c->end; c->at++) {
        if (*c->at == '"') {
            if (c->at + 1 == c->end || c->at[1] != '"')
                break;
            c->at++;
        }
        c->next_line += *c->at == '\n';
        to[(*n)++] = *c->at;
    }
    if (c->at == c->end)
        return kd_error(KD_E_DATA, "%s:%" PRId64 ": a quote begins here and does not end", c->path,
                        begun);
    c->at++;
    if (c->at < c->end && !ends_field(*c->at))
        return kd_error(KD_E_DATA,
                        "%s:%" PRId64 ": byte 0x%02x after a closing quote, should be a comma or "
                        "the line's end",
                        c->path, c->next_line, (unsigned char)*c->at);
    return KD_OK;
}

static int unquoted(kdi_csv *c, char *to, int64_t *n)
{
    for (*n = 0; c->at < c->end && !ends_field(*c->at); c->at++) {
        if (*c->at == '"')
            return kd_error(KD_E_DATA,
                            "%s:%" PRId64 ": a quote inside a field that does not begin with one",
                            c->path, c->next_line);
        to[(*n)++] = *c->at;
    }
    return KD_OK;
}

static bool at_end_of_line(kdi_csv *c)
{
    if (c->at < c->end && *c->at == '\r')
        c->at++;
    if (c->at < c->end && *c->at == '\n') {
        c->at++;
        c->next_line++;
        return true;
    }
    return c->at == c->end;
}

int kdi_csv_next(kdi_csv *c, kdi_field *field, int wanted, bool *more)
{
    char *room = c->room;
    int n = 0;
    *more = c->at < c->end;
    c->line = c->next_line;
    for (bool last = !*more; !last; n++) {
        kdi_field extra, *f = n < wanted ? &field[n] : &extra;
        f->text = room;
        KD_TRY(c->at < c->end && *c->at == '"' ? quoted(c, room, &f->n) : unquoted(c, room, &f->n));
        room += f->n;
        last = c->at == c->end || *c->at != ',';
        c->at += !last;
    }
    if (!*more)
        return KD_OK;
    if (!at_end_of_line(c))
        return kd_error(KD_E_DATA, "%s:%" PRId64 ": a carriage return without a line feed", c->path,
                        c->next_line);
    if (n != wanted)
        return kd_error(KD_E_DATA, "%s:%" PRId64 ": %d fields, should be %d", c->path, c->line, n,
                        wanted);
    return KD_OK;
}

int kdi_tsv_next(kdi_lines *l, kdi_field *field, int wanted, bool *more)
{
    const char *at;
    int64_t left;
    *more = kdi_lines_next(l, &at, &left);
    if (!*more)
        return KD_OK;
    int n = 0;
    for (const char *end = at + left;; n++) {
        const char *tab = memchr(at, '\t', (size_t)(end - at));
        if (n < wanted)
            field[n] = (kdi_field){ at, (tab ? tab : end) - at };
        if (!tab)
            break;
        at = tab + 1;
    }
    return n + 1 == wanted
               ? KD_OK
               : kd_error(KD_E_DATA,
                          "%s:%" PRId64 ": %d fields with tabs between them, should be %d", l->path,
                          l->number, n + 1, wanted);
}

/* ---- fields --------------------------------------------------------------------------- */

bool kdi_field_is(kdi_field f, const char *text)
{
    return f.n == (int64_t)strlen(text) && memcmp(f.text, text, (size_t)f.n) == 0;
}

int kdi_field_label(kdi_field f, const char *path, int64_t line, int64_t first, int64_t last,
                    int64_t *label)
{
    int64_t value = 0;
    bool good = f.n > 0 && f.n < 10;
    for (int64_t i = 0; good && i < f.n; i++) {
        good = f.text[i] >= '0' && f.text[i] <= '9';
        value = 10 * value + f.text[i] - '0';
    }
    if (!good || value < first || value > last)
        return kd_error(KD_E_DATA, "%s:%" PRId64 ": label '%.*s', should be %" PRId64 "..%" PRId64,
                        path, line, (int)(f.n < 20 ? f.n : 20), f.text, first, last);
    *label = value - first;
    return KD_OK;
}
