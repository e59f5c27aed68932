/* Texts to tokens: the vocabulary is learned from the training split alone. */
#include "data/data.h"
#include "data/tokenize.h"

#include <string.h>

const char *kdi_text_lower(const kd_samples *from, int64_t i, char *room, int64_t *n)
{
    *n = from->at[i + 1] - from->at[i];
    kdi_lower(from->text + from->at[i], *n, room);
    return room;
}

static int64_t longest(const kd_samples *s)
{
    int64_t most = 0;
    for (int64_t i = 0; i < s->n; i++)
        most = s->at[i + 1] - s->at[i] > most ? s->at[i + 1] - s->at[i] : most;
    return most;
}

static int64_t longest_of_all(const kd_dataset *s)
{
    int64_t most = longest(&s->train), other = longest(&s->test);
    most = most > other ? most : other;
    other = longest(&s->validation);
    return most > other ? most : other;
}

static const struct {
    void (*learn)(const kdi_corpus *c, const kd_tokenizer *t, char *room, kdi_arena *a,
                  kdi_vocabulary *out);
    int64_t (*encode)(const kdi_vocabulary *v, const char *text, int64_t n, int64_t most,
                      int32_t *out);
} kinds[] = {
    [KD_WORDS] = { kdi_words_learn, kdi_words_encode },
    [KD_BPE] = { kdi_bytes_learn, kdi_bytes_encode },
};

/* A text without a single token is one unknown token: no network sees nothing but padding. */
static void encode(kdi_data *d, const kdi_vocabulary *v, kd_samples *s, char *room)
{
    int64_t most = d->set.tokenizer.length, total = 0, held = s->n + most;
    int64_t *begins = kdi_alloc(d->arena, (size_t)(s->n + 1) * sizeof *begins);
    kdi_arena *scratch = kdi_arena_new("tokens");
    int32_t *all = kdi_alloc(scratch, (size_t)held * sizeof *all);
    for (int64_t i = 0; i < s->n; i++) {
        int64_t n;
        const char *text = kdi_text_lower(s, i, room, &n);
        if (total + most > held) {
            int32_t *wider = kdi_alloc(scratch, 2 * (size_t)held * sizeof *all);
            all = memcpy(wider, all, (size_t)total * sizeof *all);
            held *= 2;
        }
        begins[i] = total;
        n = kinds[v->kind].encode(v, text, n, most, all + total);
        if (n == 0)
            all[total + n++] = KDI_UNKNOWN;
        total += n;
    }
    begins[s->n] = total;
    int32_t *token = kdi_alloc(d->arena, (size_t)(total + 1) * sizeof *token);
    s->token = memcpy(token, all, (size_t)total * sizeof *token);
    s->begins = begins;
    kdi_arena_free(scratch);
}

/* from the cache, or learned and put there */
static void find_vocabulary(const kdi_data *d, char *room, kdi_arena *a, kdi_vocabulary *v)
{
    const kdi_corpus corpus = { &d->set.train, d->cut.kept, d->cut.nkept };
    const kd_tokenizer *t = &d->set.tokenizer;
    char key[KDI_SHA256_HEX];
    kdi_vocabulary_key(&corpus, t, key);
    *v = (kdi_vocabulary){ .kind = t->kind };
    if (!kdi_vocabulary_read(key, a, v)) {
        *v = (kdi_vocabulary){ .kind = t->kind };
        kinds[t->kind].learn(&corpus, t, room, a, v);
        kdi_vocabulary_write(key, v);
    }
    if (t->kind == KD_BPE)
        kdi_bytes_ready(v, a);
}

int kdi_data_tokenize(kdi_data *d)
{
    const kd_tokenizer *t = &d->set.tokenizer;
    if (!kdi_data_has(d, KD_TOKENS))
        return KD_OK;
    if (t->kind == KD_BPE && t->vocabulary <= KDI_FIRST_MERGE)
        return kd_error(KD_E_USAGE,
                        "%s: vocabulary = %d, should be at least %d for tokenizer = \"bpe\": "
                        "padding, unknown, 256 bytes and a pair of them",
                        d->class->name, t->vocabulary, KDI_FIRST_MERGE + 1);
    kdi_arena *scratch = kdi_arena_new("vocabulary");
    char *room = kdi_alloc(scratch, (size_t)longest_of_all(&d->set) + 1);
    kdi_vocabulary v;
    find_vocabulary(d, room, scratch, &v);
    d->set.vocabulary = v.size;
    encode(d, &v, &d->set.train, room);
    encode(d, &v, &d->set.test, room);
    if (d->set.validation.n > 0)
        encode(d, &v, &d->set.validation, room);
    kdi_arena_free(scratch);
    return KD_OK;
}
