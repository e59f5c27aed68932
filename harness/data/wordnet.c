/* WordNet's data.<part of speech>: one synset a line, its gloss at the end (wndb(5WN)). */
#include "data/text.h"

#include <inttypes.h>
#include <string.h>

const char *const kdi_lexname[KDI_LEXNAMES] = {
    "adj.all",          "adj.pert",           "adv.all",
    "noun.Tops",        "noun.act",           "noun.animal",
    "noun.artifact",    "noun.attribute",     "noun.body",
    "noun.cognition",   "noun.communication", "noun.event",
    "noun.feeling",     "noun.food",          "noun.group",
    "noun.location",    "noun.motive",        "noun.object",
    "noun.person",      "noun.phenomenon",    "noun.plant",
    "noun.possession",  "noun.process",       "noun.quantity",
    "noun.relation",    "noun.shape",         "noun.state",
    "noun.substance",   "noun.time",          "verb.body",
    "verb.change",      "verb.cognition",     "verb.communication",
    "verb.competition", "verb.consumption",   "verb.contact",
    "verb.creation",    "verb.emotion",       "verb.motion",
    "verb.perception",  "verb.possession",    "verb.social",
    "verb.stative",     "verb.weather",       "adj.ppl",
};

/* a line's fields, a blank between two; `wrong` says what was looked for and not found */
typedef struct {
    const char *at, *end, *wrong;
} fields;

static const char *next_field(fields *f, int64_t *n)
{
    const char *begin = f->at;
    while (f->at < f->end && *f->at != ' ')
        f->at++;
    *n = f->at - begin;
    f->at += f->at < f->end;
    return begin;
}

static int digit(char c, int base)
{
    int value = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : base;
    return value < base ? value : -1;
}

/* a number of exactly so many digits; 0 when it is not there */
static int64_t number(fields *f, int digits, int base, const char *what)
{
    int64_t n, value = 0;
    const char *text = next_field(f, &n);
    for (int64_t i = 0; i < n && !f->wrong; i++) {
        int one = digit(text[i], base);
        f->wrong = one < 0 || n != digits ? what : f->wrong;
        value = value * base + one;
    }
    f->wrong = n == 0 && !f->wrong ? what : f->wrong;
    return f->wrong ? 0 : value;
}

static const char *take_offset(fields *f, const char *what)
{
    const char *text = f->at;
    number(f, KDI_OFFSET, 10, what);
    return f->wrong ? NULL : text;
}

/* symbol, offset, part of speech, source and target: the first hypernym's offset is kept */
static void take_pointer(fields *f, kdi_synset *out)
{
    int64_t n;
    const char *symbol = next_field(f, &n);
    bool hypernym = (n == 1 || (n == 2 && symbol[1] == 'i')) && symbol[0] == '@';
    const char *offset = take_offset(f, "a pointer's offset of 8 digits");
    next_field(f, &n);
    number(f, 4, 16, "a pointer's source and target, 4 hexadecimal digits");
    if (hypernym && !out->hypernym)
        out->hypernym = offset;
}

static void take_head(fields *f, kdi_synset *out)
{
    int64_t n;
    out->offset = take_offset(f, "an offset of 8 digits");
    out->lexfile = (int)number(f, 2, 10, "the number of a lexicographer file, 2 digits");
    if (out->lexfile >= KDI_LEXNAMES && !f->wrong)
        f->wrong = "a lexicographer file below 45";
    next_field(f, &n);
    int64_t words = number(f, 2, 16, "the number of words, 2 hexadecimal digits");
    for (int64_t i = 0; i < 2 * words && !f->wrong; i++)
        next_field(f, &n);
    int64_t pointers = number(f, 3, 10, "the number of pointers, 3 digits");
    for (int64_t i = 0; i < pointers && !f->wrong; i++)
        take_pointer(f, out);
}

static const char *find(const char *at, int64_t n, const char *what, int64_t size)
{
    for (int64_t i = 0; i + size <= n; i++)
        if (memcmp(at + i, what, (size_t)size) == 0)
            return at + i;
    return NULL;
}

static void take_gloss(const char *bar, const char *end, kdi_synset *out)
{
    const char *at = bar + 1;
    while (at < end && *at == ' ')
        at++;
    while (end > at && end[-1] == ' ')
        end--;
    const char *example = find(at, end - at, "; \"", 3);
    out->gloss = out->definition = at;
    out->ngloss = end - at;
    out->ndefinition = (example ? example : end) - at;
}

/* lines that begin with two blanks are the licence */
int kdi_wordnet_next(kdi_lines *l, kdi_synset *out, bool *more)
{
    const char *line;
    int64_t n;
    do {
        *more = kdi_lines_next(l, &line, &n);
        if (!*more)
            return KD_OK;
    } while (n >= 2 && line[0] == ' ' && line[1] == ' ');
    const char *bar = memchr(line, '|', (size_t)n);
    fields f = { .at = line, .end = bar ? bar : line + n };
    *out = (kdi_synset){ .line = l->number };
    if (!bar)
        f.wrong = "a gloss behind '|'";
    else
        take_head(&f, out);
    if (f.wrong)
        return kd_error(KD_E_DATA, "%s:%" PRId64 ": no synset: should have %s", l->path, l->number,
                        f.wrong);
    take_gloss(bar, line + n, out);
    return KD_OK;
}
