/* Vocabularies in the cache folder, one sealed file each, named by what they were learned from. */
#include "data/tokenize.h"

#include <stdlib.h>
#include <string.h>
#include "base/system.h"
#include "store/store.h"

enum { VERSION = 1 }; /* of the way in which they are learned */

static void add_int(kdi_sha256_state *s, int64_t x)
{
    unsigned char byte[8];
    for (int i = 0; i < 8; i++)
        byte[i] = (unsigned char)((uint64_t)x >> 8 * i);
    kdi_sha256_add(s, byte, sizeof byte);
}

void kdi_vocabulary_key(const kdi_corpus *c, const kd_tokenizer *t, char key[KDI_SHA256_HEX])
{
    kdi_sha256_state s;
    kdi_sha256_start(&s);
    const int64_t head[] = { VERSION, t->kind, t->vocabulary, t->min_count, c->n };
    for (size_t i = 0; i < sizeof head / sizeof *head; i++)
        add_int(&s, head[i]);
    for (int64_t i = 0; i < c->n; i++) {
        const int64_t *at = c->from->at + c->place[i];
        add_int(&s, at[1] - at[0]);
        kdi_sha256_add(&s, c->from->text + at[0], (size_t)(at[1] - at[0]));
    }
    kdi_sha256_hex(&s, key);
}

/* the same folder that prepare takes; NULL where there is none */
static const char *path_of(const char *key, kdi_arena *a)
{
    const char *own = getenv("KD_CACHE"), *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    const char *cache = own && *own     ? own
                        : xdg && *xdg   ? kdi_format(a, "%s/kdbench", xdg)
                        : home && *home ? kdi_format(a, "%s/.cache/kdbench", home)
                                        : NULL;
    return cache ? kdi_format(a, "%s/vocabulary/%s.h5", cache, key) : NULL;
}

/* ---- reading ---------------------------------------------------------------------------- */

static const kd_value *array(const kd_value *tree, const char *name, enum kd_element type,
                             int naxis)
{
    const kd_value *v = kd_get(tree, name);
    return v && v->kind == KD_V_ARRAY && v->element == type && v->shape.n == naxis ? v : NULL;
}

static bool take_words(const kd_value *tree, kdi_arena *a, kdi_vocabulary *out)
{
    const kd_value *bytes = array(tree, "bytes", KD_U8, 1), *at = array(tree, "at", KD_I64, 1);
    if (!bytes || !at || at->shape.d[0] < 1)
        return false;
    const int64_t *begin = at->data;
    int64_t n = at->shape.d[0] - 1;
    out->words = kdi_words_new(a);
    for (int64_t i = 0; i < n; i++) {
        if (begin[i] < 0 || begin[i + 1] < begin[i] || begin[i + 1] > bytes->shape.d[0])
            return false;
        kdi_words_add(out->words, (const char *)bytes->data + begin[i], begin[i + 1] - begin[i]);
    }
    out->size = KDI_FIRST_TOKEN + n;
    return out->words->n == n;
}

static bool take_merges(const kd_value *tree, kdi_vocabulary *out)
{
    const kd_value *v = array(tree, "merge", KD_I32, 2);
    if (!v || v->shape.d[1] != 2)
        return false;
    out->merge = (const int32_t(*)[2])v->data;
    out->nmerge = v->shape.d[0];
    out->size = KDI_FIRST_MERGE + out->nmerge;
    for (int64_t i = 0; i < out->nmerge; i++)
        for (int k = 0; k < 2; k++)
            if (out->merge[i][k] < KDI_FIRST_TOKEN || out->merge[i][k] >= KDI_FIRST_MERGE + i)
                return false;
    return true;
}

bool kdi_vocabulary_read(const char *key, kdi_arena *a, kdi_vocabulary *out)
{
    const char *path = path_of(key, a);
    kd_value *tree = NULL;
    if (!path || !kdi_file_exists(path))
        return false;
    bool good = kdi_seal_check(path) == KD_OK && kdi_h5_read(path, NULL, NULL, a, &tree) == KD_OK &&
                strcmp(kd_get_text(tree, "key", ""), key) == 0 &&
                (out->kind == KD_WORDS ? take_words(tree, a, out) : take_merges(tree, out));
    kd_error_clear();
    return good;
}

/* ---- writing ----------------------------------------------------------------------------- */

static void put_words(kd_value *tree, const kdi_words *w)
{
    kdi_arena *a = tree->arena;
    int64_t *at = kdi_alloc(a, (size_t)(w->n + 1) * sizeof *at), size = 0;
    for (int64_t i = 0; i < w->n; i++)
        size += w->word[i].n;
    char *bytes = kdi_alloc(a, (size_t)size + 1);
    at[0] = 0;
    for (int64_t i = 0; i < w->n; i++) {
        memcpy(bytes + at[i], w->word[i].text, (size_t)w->word[i].n);
        at[i + 1] = at[i] + w->word[i].n;
    }
    kd_set(tree, "bytes", kd_array(a, KD_U8, KD_SHAPE(size), bytes));
    kd_set(tree, "at", kd_array(a, KD_I64, KD_SHAPE(w->n + 1), at));
}

/* A vocabulary that cannot be kept is learned again: no error. */
void kdi_vocabulary_write(const char *key, const kdi_vocabulary *v)
{
    kdi_arena *a = kdi_arena_new("vocabulary file");
    const char *path = path_of(key, a);
    kd_value *tree = kd_map(a);
    kd_set_text(tree, "key", key);
    if (v->kind == KD_WORDS)
        put_words(tree, v->words);
    else
        kd_set(tree, "merge", kd_array(a, KD_I32, KD_SHAPE(v->nmerge, 2), (void *)v->merge));
    if (path && v->size > (v->kind == KD_WORDS ? KDI_FIRST_TOKEN : KDI_FIRST_MERGE)) {
        char *folder = kdi_strdup(a, path);
        *strrchr(folder, '/') = '\0';
        if (kdi_make_folders(folder) == KD_OK)
            kdi_h5_write(path, tree);
        kd_error_clear();
    }
    kdi_arena_free(a);
}
