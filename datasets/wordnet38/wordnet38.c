/* WordNet's definitions of nouns and verbs, to be sorted into the 38 lexicographer files that have
 * at least a hundred of them. */
#include <string.h>
#include <zlib.h>
#include <kd/dataset.h>
#include "data/text.h"
#include "data/words.h"

enum { CLASSES = 38, BY_HASH = 0, BY_HYPERNYM, FILE_LIMIT = 1 << 26 };
enum { NOUN_TOPS = 3, NOUN_MOTIVE = 16, VERB_WEATHER = 43, FIRST = 4, LAST = 42 };
static const char *const splits[] = { "hash", "hypernym", NULL };

typedef struct {
    kd_tokenizer tokenizer;
    int split;
} wordnet38;

static const kd_option options[] = {
    KD_TOKENIZER_OPTIONS(wordnet38, tokenizer, 24),
    KD_CHOICE(wordnet38, split, BY_HASH, splits,
              "by the hash of a synset, or of its first hypernym: siblings stay together"),
    { 0 },
};

static bool is_class(int lexfile)
{
    return lexfile >= FIRST && lexfile <= LAST && lexfile != NOUN_MOTIVE;
}

static int64_t class_of(int lexfile)
{
    return lexfile - FIRST - (lexfile > NOUN_MOTIVE);
}

static void name_classes(kd_dataset *d)
{
    const char **name = kd_dataset_alloc(d, CLASSES * sizeof *name);
    for (int i = FIRST; i <= LAST; i++)
        if (is_class(i))
            name[class_of(i)] = kdi_lexname[i];
    d->classes = CLASSES;
    d->class_name = name;
}

/* ---- definitions, and which of them say the same ------------------------------------------ */

/* all of one distinct definition: who has it first, and whether all agree on the class */
typedef struct {
    kdi_synset synset;
    const char *path, *part; /* "noun" or "verb" */
    bool conflict;
} definition;

typedef struct {
    kdi_words *distinct; /* words in lower case, a blank between two */
    definition *of;      /* of each distinct one */
    char *room;
} gathering;

/* of the text, its words alone */
static int64_t normalise(const char *text, int64_t n, char *to)
{
    const char *at = text, *word;
    int64_t size, total = 0;
    while (kdi_next_word(&at, text + n, &word, &size)) {
        kdi_lower(word, size, to + total);
        total += size;
        to[total++] = ' ';
    }
    return total;
}

static void gather_one(gathering *g, const kdi_synset *s, const char *path, const char *part)
{
    if (!is_class(s->lexfile))
        return;
    int64_t n = normalise(s->definition, s->ndefinition, g->room), before = g->distinct->n;
    definition *d = &g->of[kdi_words_add(g->distinct, g->room, n)];
    if (g->distinct->n > before)
        *d = (definition){ .synset = *s, .path = path, .part = part };
    d->conflict |= d->synset.lexfile != s->lexfile;
}

static int gather(gathering *g, const kdi_bytes *file, const char *part)
{
    kdi_lines lines = kdi_lines_of(file);
    kdi_synset s;
    bool more = true;
    for (;;) {
        KD_TRY(kdi_wordnet_next(&lines, &s, &more));
        if (!more)
            return KD_OK;
        int64_t bad = kdi_utf8_bad(s.gloss, s.ngloss);
        if (bad < s.ngloss)
            return kd_error(KD_E_DATA, "%s:%lld: byte 0x%02x in the gloss, which is not UTF-8",
                            file->path, (long long)s.line, (unsigned char)s.gloss[bad]);
        gather_one(g, &s, file->path, part);
    }
}

/* ---- splits ------------------------------------------------------------------------------------
 */

/* CRC-32 of "noun00001740", its last decimal digit: 0-7 train, 8 validation, 9 test */
static enum kd_split split_of(const definition *d, int by)
{
    const kdi_synset *s = &d->synset;
    const char *offset = by == BY_HYPERNYM && s->hypernym ? s->hypernym : s->offset;
    char key[4 + KDI_OFFSET];
    memcpy(key, d->part, 4);
    memcpy(key + 4, offset, KDI_OFFSET);
    unsigned long digit = crc32(0, (const unsigned char *)key, sizeof key) % 10;
    return digit < 8 ? KD_TRAIN : digit == 8 ? KD_VALIDATION : KD_TEST;
}

static int share_out(kd_dataset *d, const gathering *g, int by)
{
    kd_samples *part[KD_NSPLIT] = { &d->train, &d->validation, &d->test };
    kd_texts *texts[KD_NSPLIT];
    for (int i = 0; i < KD_NSPLIT; i++)
        texts[i] = kd_texts_new(d);
    for (int64_t i = 0; i < g->distinct->n; i++) {
        const definition *x = &g->of[i];
        if (x->conflict)
            continue;
        KD_TRY(kd_texts_add(texts[split_of(x, by)], x->path, x->synset.line, x->synset.definition,
                            x->synset.ndefinition, class_of(x->synset.lexfile)));
    }
    for (int i = 0; i < KD_NSPLIT; i++)
        kd_texts_end(texts[i], d->folder, part[i]);
    return KD_OK;
}

static int64_t count_lines(const kdi_bytes *file)
{
    int64_t n = 1;
    for (int64_t i = 0; i < file->size; i++)
        n += file->data[i] == '\n';
    return n;
}

static int open_files(kd_dataset *d, const void *self)
{
    static const char *const name[] = { "data.noun", "data.verb" };
    const wordnet38 *o = self;
    kdi_bytes file[2];
    int64_t lines = 0, bytes = 0;
    for (int i = 0; i < 2; i++) {
        KD_TRY(
            kd_dataset_read(d, name[i], FILE_LIMIT, &file[i].data, &file[i].size, &file[i].path));
        lines += count_lines(&file[i]);
        bytes = file[i].size > bytes ? file[i].size : bytes;
    }
    gathering g = { .distinct = kdi_words_new(d->arena),
                    .of = kd_dataset_alloc(d, (size_t)lines * sizeof *g.of),
                    .room = kd_dataset_alloc(d, (size_t)bytes + 1) };
    KD_TRY(gather(&g, &file[0], "noun"));
    KD_TRY(gather(&g, &file[1], "verb"));
    d->tokenizer = o->tokenizer;
    name_classes(d);
    return share_out(d, &g, o->split);
}

KD_DATASET(wordnet38, .title = "WordNet definitions",
           .notes = "Definitions of nouns and verbs, 10 words on average; 38 classes, the "
                    "lexicographer files (supersenses) with at least 100 synsets; 75,701 train, "
                    "9,527 validation and 9,651 test.",
           .cite = { .key = "miller1995wordnet",
                     .authors = "George A. Miller",
                     .title = "WordNet: a Lexical Database for English",
                     .venue = "Communications of the ACM",
                     .url = "https://doi.org/10.1145/219717.219748",
                     .year = 1995 },
           .track = KD_CLASSIFY, .kinds = 1u << KD_TOKENS, .self_size = sizeof(wordnet38),
           .options = options, .open = open_files);
