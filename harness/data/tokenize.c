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

/* A text without a single token is one unknown token: no network sees nothing but padding. */
static void encode(kdi_data *d, const kdi_vocabulary *v, kd_samples *s, char *room)
{
    int64_t most = d->set.tokenizer.length, total = 0;
    int64_t *begins = kdi_alloc(d->arena, (size_t)(s->n + 1) * sizeof *begins);
    kdi_arena *scratch = kdi_arena_new("tokens");
    int32_t *all = kdi_alloc(scratch, (size_t)(s->n * most + 1) * sizeof *all);
    for (int64_t i = 0; i < s->n; i++) {
        int64_t n;
        const char *text = kdi_text_lower(s, i, room, &n);
        begins[i] = total;
        n = kdi_words_encode(v, text, n, most, all + total);
        if (n == 0)
            all[total + n++] = KDI_UNKNOWN;
        total += n;
    }
    begins[s->n] = total;
    int32_t *token = kdi_alloc(d->arena, (size_t)(total + 1) * sizeof *token);
    memcpy(token, all, (size_t)total * sizeof *token);
    s->token = token;
    s->begins = begins;
    kdi_arena_free(scratch);
}

int kdi_data_tokenize(kdi_data *d)
{
    if (!kdi_data_has(d, KD_TOKENS))
        return KD_OK;
    const kdi_corpus corpus = { &d->set.train, d->cut.kept, d->cut.nkept };
    kdi_arena *scratch = kdi_arena_new("vocabulary");
    char *room = kdi_alloc(scratch, (size_t)longest_of_all(&d->set) + 1);
    kdi_vocabulary v = { 0 };
    kdi_words_learn(&corpus, &d->set.tokenizer, room, scratch, &v);
    d->set.vocabulary = v.size;
    encode(d, &v, &d->set.train, room);
    encode(d, &v, &d->set.test, room);
    if (d->set.validation.n > 0)
        encode(d, &v, &d->set.validation, room);
    kdi_arena_free(scratch);
    return KD_OK;
}
