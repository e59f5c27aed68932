/* Workloads: their arithmetic is counted right, their steps allocate nothing, and a trace holds
 * what the steps saw. Small relatives of those in the table, made here. */
#include "bench/bench.h"
#include "store/store.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SMALL                                                                                      \
    .student = "resnet8", .channels = 1, .side = 16, .classes = 10, .samples = 128, .steps = 2
static const kdi_workload plain = { "small", .method = "none", SMALL };
static const kdi_workload kd = { "small_kd", .method = "kd", .teacher = "resnet14", SMALL };
static const kdi_workload cached = { "small_cached", .method = "kd", .teacher = "resnet14",
                                     .cached = true, SMALL };
static const kdi_workload crd = { "small_crd", .method = "crd", .teacher = "resnet14",
                                  .option = { "nce_k", 16 }, SMALL };
static const kdi_workload infer = { "small_infer", .teacher = "resnet14", SMALL };

static void open_workload(kdi_bench *b, const kdi_workload *w, const char *cache)
{
    if (kdi_bench_open(b, w, &(kdi_bench_how){ .cache = cache, .epochs = 50 }) != KD_OK)
        fail_msg("%s: %s", w->name, kd_error_message());
}

/* a path that nothing has yet */
static const char *new_path(char path[32])
{
    strcpy(path, "kd_bench_XXXXXX");
    int fd = mkstemp(path);
    CHECK(fd >= 0);
    close(fd);
    unlink(path);
    return path;
}

/* ---- the table ------------------------------------------------------------------- */

TEST("every workload has a name of its own and can be found")
{
    for (const kdi_workload *w = kdi_workloads; w->name; w++) {
        const kdi_workload *found;
        CHECK_INT(kdi_workload_find(w->name, &found), KD_OK);
        CHECK(found == w);
        CHECK(w->steps >= 1 && w->samples >= 2 * KDI_BENCH_BATCH && w->student);
        CHECK(!w->cached || (w->teacher && w->method));
    }
    const kdi_workload *none;
    CHECK_INT(kdi_workload_find("resnet21", &none), KD_E_USAGE);
    CHECK_HAS(kd_error_message(), "resnet21");
    kd_error_clear();
}

/* ---- steps -------------------------------------------------------------------------- */

TEST("an epoch shows every sample once, the next one in another order")
{
    kdi_bench b;
    int64_t seen[2][128], count[128] = { 0 };
    open_workload(&b, &plain, NULL);
    for (int i = 0; i < 4; i++) {
        CHECK_INT(kdi_bench_epoch_begins(&b), i % 2 == 0);
        CHECK_INT(kdi_bench_step(&b), KD_OK);
        memcpy(seen[i / 2] + i % 2 * 64, kd_i64s(b.t->host.pub.index), 64 * sizeof(int64_t));
    }
    for (int i = 0; i < 128; i++)
        count[seen[0][i]]++;
    for (int i = 0; i < 128; i++)
        CHECK_INT(count[i], 1);
    CHECK(memcmp(seen[0], seen[1], sizeof seen[0]) != 0);
    kdi_bench_close(&b);
}

/* 3x3, one channel to 16, on every pixel: the layer whose input wants no gradient */
static const double first_layer = 2.0 * 9 * 1 * 16 * (16 * 16);

TEST("arithmetic is three times the student's forward pass but for its first layer's input")
{
    kdi_bench b;
    open_workload(&b, &plain, NULL);
    CHECK_INT(kdi_bench_step(&b), KD_OK);
    CHECK_NEAR(kdi_bench_flops(&b), 64 * (3 * kdi_net_flops(b.t->student[0]) - first_layer), 1);
    kdi_bench_close(&b);
}

TEST("a teacher that runs adds its forward pass, alone it is all there is")
{
    kdi_bench b;
    open_workload(&b, &kd, NULL);
    CHECK_INT(kdi_bench_step(&b), KD_OK);
    double teacher = kdi_net_flops(b.t->teacher[0].net);
    CHECK_NEAR(kdi_bench_flops(&b),
               64 * (teacher + 3 * kdi_net_flops(b.t->student[0]) - first_layer), 1);
    kdi_bench_close(&b);
    open_workload(&b, &infer, NULL);
    CHECK_INT(kdi_bench_step(&b), KD_OK);
    CHECK_NEAR(kdi_bench_flops(&b), 64 * teacher, 1);
    kdi_bench_close(&b);
}

TEST("with its logits cached the teacher does not run, and the loss is the same")
{
    kdi_bench live, warm;
    char path[32];
    kdi_workload same = kd;
    same.cached = true; /* the same images: a cached workload has them as they are */
    open_workload(&live, &same, NULL);
    CHECK_INT(kdi_bench_fill(&live, new_path(path)), KD_OK);
    open_workload(&warm, &cached, path);
    double before = live.t->teacher_seconds;
    CHECK_INT(kdi_bench_step(&live), KD_OK);
    CHECK_INT(kdi_bench_step(&warm), KD_OK);
    CHECK(live.t->teacher_seconds > before);
    CHECK_INT(live.t->host.nterm, warm.t->host.nterm);
    for (int i = 0; i < live.t->host.nterm; i++)
        CHECK(live.t->host.term[i].value == warm.t->host.term[i].value);
    CHECK_NEAR(kdi_bench_flops(&live) - kdi_bench_flops(&warm),
               64 * kdi_net_flops(live.t->teacher[0].net), 1);
    kdi_bench_close(&warm);
    kdi_bench_close(&live);
    unlink(path);
}

TEST("steps allocate nothing after the first, whatever the workload")
{
    static const kdi_workload *const all[] = { &plain, &kd, &crd, &infer };
    kdi_arena *a = kdi_arena_new("test");
    for (int i = 0; i < 4; i++) {
        kdi_bench b;
        kd_value *result;
        open_workload(&b, all[i], NULL);
        CHECK_INT(kdi_bench_measure(&b, 2, a, &result), KD_OK);
        CHECK_INT(kd_get_int(result, "allocations", -1), 0);
        CHECK_INT(kd_get_int(result, "repeats", -1), 2);
        double share = kd_get_number(result, "loader_share", -1);
        CHECK(share > 0 && share < 1);
        kdi_bench_close(&b);
    }
    kdi_arena_free(a);
}

TEST("so many repeats that there is no room for them are refused")
{
    kdi_bench b;
    kd_value *result;
    open_workload(&b, &infer, NULL);
    CHECK_INT(kdi_bench_measure(&b, 1001, b.arena, &result), KD_E_USAGE);
    CHECK_HAS(kd_error_message(), "1001");
    kd_error_clear();
    kdi_bench_close(&b);
}

/* ---- traces --------------------------------------------------------------------------- */

static void take_trace(const kdi_workload *w, const char *path)
{
    kdi_bench b;
    open_workload(&b, w, NULL);
    CHECK_INT(kdi_bench_trace(&b, path), KD_OK);
    kdi_bench_close(&b);
}

static kd_value *trace_of(const kdi_workload *w, kdi_arena *a)
{
    char path[32];
    kd_value *trace;
    take_trace(w, new_path(path));
    CHECK_INT(kdi_h5_read(path, NULL, NULL, a, &trace), KD_OK);
    unlink(path);
    return trace;
}

/* "step0/draws/contrast" */
static const kd_value *at(const kd_value *map, const char *path)
{
    char part[128];
    for (; map && *path; path += strlen(part) + (path[strlen(part)] == '/')) {
        snprintf(part, sizeof part, "%.*s", (int)strcspn(path, "/"), path);
        map = kd_get(map, part);
    }
    return map;
}

static double scalar(const kd_value *trace, const char *path)
{
    const kd_value *v = at(trace, path);
    CHECK(v && v->kind == KD_V_ARRAY && v->element == KD_F64 && v->n == 1);
    return *(const double *)v->data;
}

static void has(const kd_value *trace, const char *path, enum kd_element element, kd_shape shape)
{
    const kd_value *v = at(trace, path);
    if (!v || v->kind != KD_V_ARRAY || v->element != element || !kd_shape_equal(v->shape, shape))
        fail_msg("%s: %s", path, v ? kd_shape_text(v->shape) : "missing");
}

TEST("a trace has settings, batches, losses, draws and every weight before and after")
{
    kdi_arena *a = kdi_arena_new("test");
    const kd_value *t = trace_of(&crd, a);
    CHECK_TEXT(kd_get_text(t, "workload", ""), "small_crd");
    CHECK_TEXT(kd_get_text(t, "method_name", ""), "crd");
    CHECK_NEAR(kd_get_number(t, "lr", 0), 0.05, 0);
    CHECK_NEAR(kd_get_number(t, "momentum", 0), 0.9, 0);
    CHECK_NEAR(kd_get_number(t, "weight_decay", 0), 5e-4, 0);
    CHECK(kd_get_bool(t, "nesterov", false));
    CHECK_INT(kd_get_int(t, "batch", 0), 64);
    CHECK_NEAR(scalar(t, "options/nce_k"), 16, 0);
    for (int k = 0; k < KDI_TRACE_STEPS; k++) {
        char *step = kdi_format(a, "step%d", k);
        has(t, kdi_format(a, "%s/input", step), KD_F32, KD_SHAPE(64, 1, 16, 16));
        has(t, kdi_format(a, "%s/label", step), KD_I64, KD_SHAPE(64));
        has(t, kdi_format(a, "%s/index", step), KD_I64, KD_SHAPE(64));
        has(t, kdi_format(a, "%s/draws/contrast", step), KD_I64, KD_SHAPE(64, 17));
        double sum = scalar(t, kdi_format(a, "%s/terms/ce", step)) +
                     scalar(t, kdi_format(a, "%s/terms/crd", step));
        CHECK_NEAR(scalar(t, kdi_format(a, "%s/loss", step)), sum, 1e-12);
    }
    has(t, "student/before/conv1.weight", KD_F32, KD_SHAPE(16, 1, 3, 3));
    has(t, "student/after/bn1.running_var", KD_F32, KD_SHAPE(16));
    has(t, "teacher/fc.weight", KD_F32, KD_SHAPE(10, 64));
    has(t, "method/before/embed_s.linear.weight", KD_F32, KD_SHAPE(128, 64));
    has(t, "method/after/bank_t", KD_F32, KD_SHAPE(128, 128));
    kdi_arena_free(a);
}

/* N,C,H,W -> N,H,W,C with one channel is the same; the student as the trace has it */
TEST("the traced weights give the traced logits for the traced images")
{
    kdi_arena *a = kdi_arena_new("test");
    const kd_value *t = trace_of(&kd, a), *input = at(t, "step0/input");
    kd_engine *e = kdi_engine_new();
    kd_rng rng = kdi_rng(7, KDI_STREAM_WEIGHTS, 0);
    kd_input shape = { 1, 16, 16, 10 };
    kd_value *model;
    kd_net *net;
    CHECK_INT(kdi_model_parse("resnet8", a, &model), KD_OK);
    kd_scope *root = kdi_scope_root(e, "", NULL);
    CHECK_INT(kdi_net_new(&net, root, "net", model, &shape, &rng), KD_OK);
    CHECK_INT(kdi_scope_from_tree(net->scope, at(t, "student/before"), "trace"), KD_OK);
    kd_tensor *x = kdi_tensor(e->step, e, KD_REAL_T, KD_SHAPE(64, 16, 16, 1));
    memcpy(x->data, input->data, (size_t)input->n * sizeof(kd_real));
    kd_view v = kd_net_forward(net, x);
    const kd_real *want = at(t, "step0/student_logits")->data;
    for (int i = 0; i < 64 * 10; i++)
        CHECK_NEAR(kdi_r(v.logits)[i], want[i], 0);
    kdi_engine_free(e);
    kdi_arena_free(a);
}

TEST("three steps change every weight of the student")
{
    kdi_arena *a = kdi_arena_new("test");
    const kd_value *t = trace_of(&kd, a);
    const kd_value *before = at(t, "student/before"), *after = at(t, "student/after");
    CHECK_INT(before->n, after->n);
    CHECK(before->n > 20);
    for (int64_t i = 0; i < before->n; i++) {
        const kd_value *x = before->item[i], *y = kd_get(after, before->key[i]);
        CHECK(y && kd_shape_equal(x->shape, y->shape));
        if (memcmp(x->data, y->data, (size_t)x->n * kd_element_size(x->element)) == 0)
            fail_msg("%s is as it was", before->key[i]);
    }
    kdi_arena_free(a);
}

static char *content(const char *path, size_t *n)
{
    FILE *in = fopen(path, "rb");
    CHECK(in != NULL);
    fseek(in, 0, SEEK_END);
    *n = (size_t)ftell(in);
    rewind(in);
    char *text = malloc(*n);
    CHECK_INT(fread(text, 1, *n, in), *n);
    fclose(in);
    return text;
}

TEST("two traces of a workload are equal bit for bit")
{
    char path[2][32], *text[2];
    size_t n[2];
    for (int i = 0; i < 2; i++) {
        take_trace(&crd, new_path(path[i]));
        text[i] = content(path[i], &n[i]);
        unlink(path[i]);
    }
    CHECK_INT(n[0], n[1]);
    CHECK(memcmp(text[0], text[1], n[0]) == 0);
    free(text[0]);
    free(text[1]);
}

TEST_MAIN
