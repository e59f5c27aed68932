/* What a weights file says of its network: enough to build it and to feed it as it was fed, without
 * the data set. */
#include "exchange/exchange.h"

#include "base/option.h"
#include "build_info.h" /* generated: version */
#include "data/tokenize.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { VERSION = 1 };

/* ---- writing: pixels, points ---------------------------------------------------------- */

static kd_value *numbers(const double *x, int64_t n, kdi_arena *a)
{
    kd_value *list = kd_list(a);
    for (int64_t i = 0; i < n; i++)
        kd_push(list, kd_number(a, x[i]));
    return list;
}

static kd_value *image_value(const kd_dataset *s, kdi_arena *a)
{
    kd_value *v = kd_map(a);
    kd_set_int(v, "height", s->height);
    kd_set_int(v, "width", s->width);
    kd_set_int(v, "channels", s->channels);
    kd_set_text(v, "pixels", s->train.pixel ? "bytes / 255" : "reals");
    kd_set(v, "mean", numbers(s->mean, s->channels, a));
    kd_set(v, "sd", numbers(s->sd, s->channels, a));
    return v;
}

static kd_value *points_value(const kd_dataset *s, kdi_arena *a)
{
    kd_value *v = kd_map(a);
    kd_set_int(v, "points", s->points);
    kd_set_int(v, "channels", s->point_channels);
    kd_set_text(v, "scale", "mean 0, farthest 1");
    kd_set_int(v, "up", s->up);
    return v;
}

/* ---- writing: tokens ------------------------------------------------------------------- */

/* the vocabulary of an opened data set: what opening it left in the cache, or learned again */
static void vocabulary_of(const kdi_data *d, kdi_arena *a, kdi_vocabulary *v)
{
    const kdi_corpus corpus = { &d->set.train, d->cut.kept, d->cut.nkept };
    const kd_tokenizer *t = &d->set.tokenizer;
    char key[KDI_SHA256_HEX];
    int64_t longest = 0;
    kdi_vocabulary_key(&corpus, t, key);
    *v = (kdi_vocabulary){ .kind = t->kind };
    if (kdi_vocabulary_read(key, a, v))
        return;
    *v = (kdi_vocabulary){ .kind = t->kind };
    for (int64_t i = 0; i < d->set.train.n; i++) {
        int64_t n = d->set.train.at[i + 1] - d->set.train.at[i];
        longest = n > longest ? n : longest;
    }
    char *room = kdi_alloc(a, (size_t)longest + 1);
    (t->kind == KD_WORDS ? kdi_words_learn : kdi_bytes_learn)(&corpus, t, room, a, v);
}

/* one a line: no word has white space in it */
static kd_value *words_value(const kdi_words *w, kdi_arena *a)
{
    int64_t size = 0, at = 0;
    for (int64_t i = 0; i < w->n; i++)
        size += w->word[i].n + 1;
    char *text = kdi_alloc(a, (size_t)size + 1);
    for (int64_t i = 0; i < w->n; i++) {
        memcpy(text + at, w->word[i].text, (size_t)w->word[i].n);
        at += w->word[i].n;
        text[at++] = '\n';
    }
    return kd_string_n(a, text, size);
}

/* pairs of tokens, one behind the other */
static kd_value *merges_value(const kdi_vocabulary *v, kdi_arena *a)
{
    kd_value *list = kd_list(a);
    for (int64_t i = 0; i < 2 * v->nmerge; i++)
        kd_push(list, kd_int(a, v->merge[i / 2][i % 2]));
    return list;
}

static kd_value *tokens_value(const kdi_data *d, kdi_arena *a)
{
    const kd_tokenizer *t = &d->set.tokenizer;
    kd_value *m = kd_map(a);
    kdi_vocabulary v;
    vocabulary_of(d, a, &v);
    kd_set_text(m, "tokenizer", kd_tokenizer_names[t->kind]);
    kd_set_int(m, "length", t->length);
    kd_set_int(m, "vocabulary", d->set.vocabulary);
    if (t->kind == KD_WORDS)
        kd_set(m, "words", words_value(v.words, a));
    else
        kd_set(m, "merges", merges_value(&v, a));
    return m;
}

/* ---- writing: all of it ----------------------------------------------------------------- */

void kdi_about_classes(kdi_data *d, const kd_value *names)
{
    int64_t n = names && names->kind == KD_V_LIST ? names->n : 0;
    if (d->set.class_name || n != d->set.classes)
        return;
    const char **name = kdi_alloc0(d->arena, (size_t)n * sizeof *name);
    for (int64_t i = 0; i < n; i++)
        name[i] = kdi_strdup(d->arena, names->item[i]->text ? names->item[i]->text : "?");
    d->set.class_name = name;
}

static kd_value *classes_value(const kd_dataset *s, kdi_arena *a)
{
    kd_value *list = kd_list(a);
    for (int64_t i = 0; s->class_name && i < s->classes; i++)
        kd_push(list, kd_string(a, s->class_name[i]));
    return list;
}

int kdi_about(const kdi_data *d, const kd_value *model, const kd_value *dataset,
              const kd_value *from, kdi_arena *a, kd_value **about)
{
    enum kd_medium kind;
    kd_value *m = *about = kd_map(a), *data = kd_map(a);
    KD_TRY(kdi_model_kind(model, &kind));
    if (!kdi_data_has(d, kind))
        return kd_error(KD_E_USAGE, "%s is fed %s, which %s does not have",
                        kd_get_text(model, "family", ""), kd_medium_name[kind], d->class->name);
    kd_set_int(m, "version", VERSION);
    kd_set_text(m, "creator", "kdbench " KDI_VERSION);
    kd_set(m, "model", (kd_value *)model);
    kd_set_text(data, "name", d->class->name);
    kd_set(data, "options", kdi_options_values(d->class->options, d->self, a));
    kd_set_int(data, "train", kd_get_int(dataset, "train", 0));
    kd_set_text(data, "sha256", d->sha256);
    kd_set(m, "dataset", data);
    kd_set_text(m, "kind", kd_medium_name[kind]);
    kd_set(m, "input",
           kind == KD_IMAGE    ? image_value(&d->set, a)
           : kind == KD_POINTS ? points_value(&d->set, a)
                               : tokens_value(d, a));
    kd_set_int(m, "classes", d->set.classes);
    if (d->set.class_name)
        kd_set(m, "class_names", classes_value(&d->set, a));
    if (from)
        kd_set(m, "from", (kd_value *)from);
    return KD_OK;
}

/* ---- reading ----------------------------------------------------------------------------- */

static const kd_dataset_class unknown_class = { .name = "weights" };

/* a whole number 1..most */
static int size_of(const kd_value *map, const char *key, int64_t most, const char *path,
                   int64_t *out)
{
    *out = kd_get_int(map, key, 0);
    if (*out >= 1 && *out <= most)
        return KD_OK;
    return kd_error(KD_E_DATA, "%s: about/%s is %" PRId64 ", should be 1 to %" PRId64, path, key,
                    *out, most);
}

static int take_numbers(const kd_value *map, const char *key, int64_t n, const char *path,
                        double *out)
{
    const kd_value *list = kd_get(map, key);
    bool good = list && list->kind == KD_V_LIST && list->n == n;
    for (int64_t i = 0; good && i < n; i++) {
        out[i] = list->item[i]->number;
        good = isfinite(out[i]);
    }
    return good ? KD_OK
                : kd_error(KD_E_DATA, "%s: about/input/%s should be %" PRId64 " numbers", path, key,
                           n);
}

static int take_image(const kd_value *input, const char *path, kd_dataset *s)
{
    enum { LARGEST = 1 << 14, CHANNELS = 16 };
    static const uint8_t a_pixel[1];
    static const float a_real[1];
    bool bytes = strcmp(kd_get_text(input, "pixels", ""), "reals") != 0;
    KD_TRY(size_of(input, "height", LARGEST, path, &s->height));
    KD_TRY(size_of(input, "width", LARGEST, path, &s->width));
    KD_TRY(size_of(input, "channels", CHANNELS, path, &s->channels));
    KD_TRY(take_numbers(input, "mean", s->channels, path, s->mean));
    KD_TRY(take_numbers(input, "sd", s->channels, path, s->sd));
    s->train.pixel = bytes ? a_pixel : NULL; /* only looked at to tell of which kind they are */
    s->train.real = bytes ? NULL : a_real;
    return KD_OK;
}

static int take_points(const kd_value *input, const char *path, kd_dataset *s)
{
    enum { MOST = 1 << 20 };
    static const float a_point[1];
    KD_TRY(size_of(input, "points", MOST, path, &s->points));
    KD_TRY(size_of(input, "channels", 6, path, &s->point_channels));
    s->up = (int)kd_get_int(input, "up", 1);
    s->train.point = a_point;
    return s->point_channels == 3 || s->point_channels == 6
               ? KD_OK
               : kd_error(KD_E_DATA, "%s: points of %" PRId64 " numbers, should be 3 or 6", path,
                          s->point_channels);
}

static int take_tokens(const kd_value *input, const char *path, kd_dataset *s)
{
    static const int32_t a_token[1];
    int64_t length;
    KD_TRY(size_of(input, "length", 65536, path, &length));
    KD_TRY(size_of(input, "vocabulary", 1 << 24, path, &s->vocabulary));
    s->tokenizer.length = (int)length;
    s->train.token = a_token;
    return KD_OK;
}

static int take_classes(const kd_value *about, const char *path, kdi_arena *a, kd_dataset *s)
{
    enum { MOST = 1 << 20 };
    const kd_value *names = kd_get(about, "class_names");
    KD_TRY(size_of(about, "classes", MOST, path, &s->classes));
    if (!names)
        return KD_OK;
    if (names->kind != KD_V_LIST || names->n != s->classes)
        return kd_error(KD_E_DATA, "%s: about/class_names should be %" PRId64 " names", path,
                        s->classes);
    const char **name = kdi_alloc0(a, (size_t)s->classes * sizeof *name);
    for (int64_t i = 0; i < s->classes; i++)
        name[i] = names->item[i]->kind == KD_V_STRING ? names->item[i]->text : "?";
    s->class_name = name;
    return KD_OK;
}

int kdi_about_data(const kd_value *about, const char *path, kdi_arena *a, kdi_data **out)
{
    const kd_value *input = kd_get(about, "input");
    const char *kind = kd_get_text(about, "kind", "");
    kdi_data *d = *out = kdi_alloc0(a, sizeof *d);
    if (!about || !input)
        return kd_error(KD_E_DATA,
                        "%s does not say what its network is fed: make a file that does with "
                        "kdbench import %s --model M --dataset D -o FILE",
                        path, path);
    if (kd_get_int(about, "version", 0) != VERSION)
        return kd_error(KD_E_DATA, "%s: about/version is %" PRId64 ", this program reads %d", path,
                        kd_get_int(about, "version", 0), VERSION);
    d->arena = a;
    d->class = &unknown_class;
    d->set.arena = a;
    KD_TRY(take_classes(about, path, a, &d->set));
    if (strcmp(kind, kd_medium_name[KD_IMAGE]) == 0)
        KD_TRY(take_image(input, path, &d->set));
    else if (strcmp(kind, kd_medium_name[KD_POINTS]) == 0)
        KD_TRY(take_points(input, path, &d->set));
    else if (strcmp(kind, kd_medium_name[KD_TOKENS]) == 0)
        KD_TRY(take_tokens(input, path, &d->set));
    else
        return kd_error(KD_E_DATA, "%s: about/kind is '%.20s', should be image, points or tokens",
                        path, kind);
    kdi_data_scale(d);
    return KD_OK;
}

/* ---- reading: vocabularies ----------------------------------------------------------------- */

static int take_words(const kd_value *input, const char *path, kdi_arena *a, kdi_vocabulary *v)
{
    const kd_value *text = kd_get(input, "words");
    if (!text || text->kind != KD_V_STRING)
        return kd_error(KD_E_DATA, "%s: about/input/words should be a text, a word a line", path);
    v->words = kdi_words_new(a);
    const char *at = text->text, *end = at + text->n, *line;
    int64_t lines = 0;
    for (; at < end && (line = memchr(at, '\n', (size_t)(end - at))); at = line + 1, lines++)
        kdi_words_add(v->words, at, line - at);
    v->size = KDI_FIRST_TOKEN + v->words->n;
    return lines == v->words->n && at == end
               ? KD_OK
               : kd_error(KD_E_DATA, "%s: about/input/words has a word twice, or no last newline",
                          path);
}

static int take_merges(const kd_value *input, const char *path, kdi_arena *a, kdi_vocabulary *v)
{
    const kd_value *list = kd_get(input, "merges");
    int64_t n = list && list->kind == KD_V_LIST ? list->n : -1;
    bool good = n >= 0 && n % 2 == 0;
    int32_t(*merge)[2] = kdi_alloc(a, (size_t)(n + 2) * sizeof(int32_t));
    for (int64_t i = 0; good && i < n; i++) {
        int64_t token = list->item[i]->integer;
        good = list->item[i]->kind == KD_V_INT && token >= KDI_FIRST_TOKEN &&
               token < KDI_FIRST_MERGE + i / 2;
        merge[i / 2][i % 2] = (int32_t)token;
    }
    v->merge = (const int32_t(*)[2])merge;
    v->nmerge = n / 2;
    v->size = KDI_FIRST_MERGE + v->nmerge;
    return good ? KD_OK
                : kd_error(KD_E_DATA, "%s: about/input/merges are not pairs of earlier tokens",
                           path);
}

int kdi_about_vocabulary(const kd_value *about, const char *path, kdi_arena *a, kdi_vocabulary *v)
{
    const kd_value *input = kd_get(about, "input");
    const char *name = kd_get_text(input, "tokenizer", "");
    bool words = strcmp(name, kd_tokenizer_names[KD_WORDS]) == 0;
    if (!words && strcmp(name, kd_tokenizer_names[KD_BPE]) != 0)
        return kd_error(KD_E_DATA, "%s: about/input/tokenizer is '%.20s', should be word or bpe",
                        path, name);
    *v = (kdi_vocabulary){ .kind = words ? KD_WORDS : KD_BPE };
    KD_TRY((words ? take_words : take_merges)(input, path, a, v));
    if (v->size != kd_get_int(input, "vocabulary", 0))
        return kd_error(KD_E_DATA,
                        "%s: its vocabulary has %" PRId64 " tokens, should have %" PRId64, path,
                        v->size, kd_get_int(input, "vocabulary", 0));
    if (!words)
        kdi_bytes_ready(v, a);
    return KD_OK;
}

/* ---- is it the same vocabulary? -------------------------------------------------------------- */

static bool equal(const kd_value *a, const kd_value *b)
{
    if (!a || !b || a->kind != b->kind || a->n != b->n)
        return a == b;
    if (a->kind == KD_V_STRING)
        return memcmp(a->text, b->text, (size_t)a->n) == 0;
    for (int64_t i = 0; i < a->n; i++)
        if (a->item[i]->integer != b->item[i]->integer)
            return false;
    return true;
}

int kdi_about_agrees(const kd_value *about, const kdi_data *d, const char *path)
{
    const kd_value *theirs = kd_get(about, "input");
    if (!kdi_data_has(d, KD_TOKENS) || !kd_get(theirs, "tokenizer") || !d->set.train.text)
        return KD_OK;
    kdi_arena *a = kdi_arena_new("vocabularies");
    const kd_value *ours = tokens_value(d, a);
    bool same = equal(kd_get(ours, "tokenizer"), kd_get(theirs, "tokenizer")) &&
                equal(kd_get(ours, "words"), kd_get(theirs, "words")) &&
                equal(kd_get(ours, "merges"), kd_get(theirs, "merges"));
    kdi_arena_free(a);
    return same ? KD_OK
                : kd_error(KD_E_DATA,
                           "%s was made with another vocabulary (%s) than %s has here: its tokens "
                           "mean other words",
                           path, kd_get_text(theirs, "tokenizer", "?"), d->class->name);
}
