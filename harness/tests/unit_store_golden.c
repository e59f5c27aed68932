/* Reference vectors: real ones, made-up ones, and hostile files. */
#include "unit_store.h"

#include "store/golden.h"

static const char *corpus(const char *name)
{
    file_of("");
    return kdi_format(arena, "%s/harness/tests/corpus/h5/%s", KDI_SOURCE, name);
}

static const kd_value *at(const kd_value *v, const char *a, const char *b)
{
    const kd_value *inner = kd_get(v, a);
    return b ? kd_get(inner, b) : inner;
}

static double element(const kd_value *tensor, int64_t i)
{
    const kd_value *data = kd_get(tensor, "data");
    return data->element == KD_F64 ? ((double *)data->data)[i] : (double)((float *)data->data)[i];
}

/* KL(teacher || student) at temperature T times T squared, batch mean: from the stored inputs */
static double kd_loss(const kd_value *in, double T)
{
    const kd_value *s = kd_get(in, "logits_s"), *t = kd_get(in, "logits_t");
    kd_shape shape = kd_get(s, "data")->shape;
    double loss = 0;
    for (int64_t r = 0; r < shape.d[0]; r++) {
        double zs = 0, zt = 0, row = 0;
        for (int64_t c = 0, i = r * shape.d[1]; c < shape.d[1]; c++, i++) {
            zs += exp(element(s, i) / T);
            zt += exp(element(t, i) / T);
        }
        for (int64_t c = 0, i = r * shape.d[1]; c < shape.d[1]; c++, i++) {
            double lt = element(t, i) / T - log(zt), ls = element(s, i) / T - log(zs);
            row += exp(lt) * (lt - ls);
        }
        loss += row * T * T / (double)shape.d[0];
    }
    return loss;
}

TEST("the vectors of kd are read as they are: their losses follow from their inputs")
{
    const char *path = corpus("kd.h5");
    kd_value *list, *c;
    CHECK_OK(kdi_golden_list(path, arena, &list));
    CHECK(list->n >= 2);
    for (int64_t i = 0; i < list->n; i++) {
        CHECK_TEXT(kd_get_text(list->item[i], "method", ""), "kd");
        CHECK_HAS(kd_get_text(list->item[i], "source", ""), "RepDistiller");
        const char *name = kd_get_text(list->item[i], "case", NULL);
        CHECK_OK(kdi_golden_case(path, "kd", name, arena, &c));
        double T = kd_get_number(kd_get(c, "hp"), "T", -1), want = kd_get_number(c, "loss64", NAN);
        double tol = kd_get_number(kd_get(c, "loss"), "tol", -1);
        CHECK(tol > 0);
        CHECK_NEAR(kd_loss(kd_get(c, "in"), T), want, 1e-6 * fabs(want) + 1e-9);
        CHECK_NEAR(kd_get_number(kd_get(c, "loss"), "data", NAN), want, tol);
        CHECK_TEXT(kd_get_text(at(c, "grad", "logits_s"), "of", ""), "in");
        CHECK(kd_get_number(at(c, "grad", "logits_s"), "tol", -1) > 0);
        CHECK_INT(kd_get_int(at(c, "in", "logits_s"), "student", -1), 1);
        CHECK_INT(kd_get_int(at(c, "in", "logits_t"), "student", -1), 0);
        CHECK_INT(at(at(c, "grad64", "logits_s"), "data", NULL)->element, KD_F64);
        CHECK_INT(at(c, "param", NULL)->n, 0);
        CHECK_HAS(kd_get_text(c, "note", ""), "KL");
    }
}

TEST("method groups copied to another file are the same vectors")
{
    const char *const methods[] = { "kd", NULL }, *const none[] = { "kd", "nope", NULL };
    const char *from = corpus("kd.h5"), *to = file_of("copy.h5");
    kd_value *x, *y;
    size_t n, m;
    CHECK_OK(kdi_golden_copy(from, methods, to));
    CHECK_OK(kdi_h5_read(from, NULL, NULL, arena, &x));
    CHECK_OK(kdi_h5_read(to, NULL, NULL, arena, &y));
    CHECK_TEXT(sum_of(x), sum_of(y));
    unsigned char *one = read_bytes(to, &n);
    CHECK_OK(kdi_golden_copy(from, methods, to));
    unsigned char *two = read_bytes(to, &m);
    CHECK(n == m && memcmp(one, two, n) == 0);
    CHECK_REFUSED(kdi_golden_copy(from, none, to), "/nope");
    CHECK(access(file_of("copy.h5.part"), F_OK) != 0);
    CHECK_OK(kdi_h5_read(to, NULL, NULL, arena, &y));
}

TEST("chunks that are larger than their dataset are refused: HDF5 would read beyond their end")
{
    kd_value *out;
    CHECK_REFUSED(kdi_h5_read(corpus("wide_chunk.h5"), NULL, NULL, arena, &out),
                  "packed: its chunks are larger");
}

TEST("a file on which the HDF5 library crashes is an error like any other")
{
    const char *path = corpus("crashes_hdf5.h5"), *to = file_of("none.h5");
    const char *const methods[] = { "spec", NULL };
    kd_value *out;
    CHECK_REFUSED(kdi_h5_read(path, NULL, NULL, arena, &out), "crashes_hdf5.h5");
    CHECK_REFUSED(kdi_golden_list(path, arena, &out), "crashes_hdf5.h5");
    CHECK_REFUSED(kdi_golden_copy(path, methods, to), "crashes_hdf5.h5");
    CHECK(access(to, F_OK) != 0);
}

/* ---- made-up files ------------------------------------------------------------------- */

static kd_value *reals(double x)
{
    kd_value *v = kd_array(arena, KD_F64, KD_SHAPE(2), NULL);
    ((double *)v->data)[0] = x;
    return v;
}

static kd_value *scalar(enum kd_element e, double x)
{
    kd_value *v = kd_array(arena, e, kd_shape_of_n(0, NULL), NULL);
    if (e == KD_F64)
        *(double *)v->data = x;
    else
        *(float *)v->data = (float)x;
    return v;
}

static kd_value *in_group(const char *name, kd_value *v)
{
    kd_value *map = kd_map(arena);
    kd_set(map, name, v);
    return map;
}

/* a file with the case /m/c */
static kd_value *a_case(void)
{
    kd_value *c = kd_map(arena), *loss = kd_map(arena), *list = kd_map(arena);
    kd_value *sizes = kd_list(arena);
    kd_set(loss, "@data", scalar(KD_F32, 1.5));
    kd_set_number(loss, "tol", 1e-5);
    for (int i = 0; i < 12; i++)
        kd_set(list, kdi_format(arena, "%d", i), reals(i));
    kd_push(sizes, kd_int(arena, 4));
    kd_push(sizes, kd_int(arena, 6));
    kd_set_text(c, "method", "m");
    kd_set_number(c, "fd_err", 1e-8);
    kd_set_number(c, "hp.T", 4);
    kd_set_text(c, "hp.type", "soft");
    kd_set(c, "hp.sizes", sizes);
    kd_set(c, "in", in_group("feat", list));
    kd_set(c, "loss", loss);
    kd_set(c, "loss64", scalar(KD_F64, 1.5));
    return c;
}

static const char *file_with(const kd_value *c)
{
    const char *path = file_of("case.h5");
    CHECK_OK(kdi_h5_write(path, in_group("m", in_group("c", (kd_value *)c))));
    return path;
}

TEST("lists come in the order of their numbers, and options keep their kinds")
{
    kd_value *c;
    CHECK_OK(kdi_golden_case(file_with(a_case()), "m", "c", arena, &c));
    const kd_value *feat = at(c, "in", "feat");
    CHECK_INT(feat->n, 12);
    for (int i = 0; i < 12; i++)
        CHECK_NEAR(element(feat->item[i], 0), i, 0);
    CHECK_NEAR(kd_get_number(kd_get(c, "hp"), "T", 0), 4, 0);
    CHECK_TEXT(kd_get_text(kd_get(c, "hp"), "type", ""), "soft");
    CHECK_INT(at(c, "hp", "sizes")->item[1]->integer, 6);
    CHECK_NEAR(kd_get_number(c, "fd_err", 0), 1e-8, 0);
    CHECK_TEXT(kd_get_text(c, "note", "?"), "");
}

TEST("a gradient that is missing in a list leaves a hole and does not move the others")
{
    kd_value *c = a_case(), *grads = kd_map(arena), *out;
    kd_set(grads, "1", reals(1));
    kd_set(grads, "3", reals(3));
    kd_set(c, "grad64", in_group("feat", grads));
    CHECK_OK(kdi_golden_case(file_with(c), "m", "c", arena, &out));
    const kd_value *list = at(out, "grad64", "feat");
    CHECK_INT(list->n, 4);
    CHECK(list->item[0]->kind == KD_V_NIL && list->item[2]->kind == KD_V_NIL);
    CHECK_NEAR(element(list->item[3], 0), 3, 0);
}

static void refuse(const char *key, kd_value *v, const char *why)
{
    kd_value *c = a_case(), *out;
    kd_set(c, key, v);
    const char *path = file_with(c);
    CHECK_REFUSED(kdi_golden_case(path, "m", "c", arena, &out), why);
}

TEST("cases that are not laid out as they should be are refused by name")
{
    kd_value *out;
    refuse("loss", kd_nil(arena), "'loss'");
    refuse("loss64", reals(1), "'loss64' is not one real number");
    refuse("loss64", kd_array(arena, KD_I32, kd_shape_of_n(0, NULL), NULL), "'loss64'");
    refuse("in", reals(1), "/m/c/in");
    refuse("in", in_group("x", kd_string(arena, "text")), "'x'");
    refuse("grad", in_group("x", in_group("01", reals(1))), "'x' is a list");
    refuse("grad", in_group("x", in_group("9999", reals(1))), "'x' is a list");
    refuse("grad", in_group("x", in_group("0", in_group("0", reals(1)))), "'x'");
    const char *path = file_with(a_case());
    CHECK_REFUSED(kdi_golden_case(path, "m", "d", arena, &out), "/m/d");
    CHECK_REFUSED(kdi_golden_case(path, "m", "c/loss", arena, &out), "not a group");
}

TEST("a file that holds something else than cases is refused")
{
    const char *path = file_of("else.h5");
    kd_value *list;
    CHECK_OK(kdi_h5_write(path, in_group("x", reals(1))));
    CHECK_REFUSED(kdi_golden_list(path, arena, &list), "/x is not a method");
    CHECK_OK(kdi_h5_write(path, in_group("x", in_group("y", kd_map(arena)))));
    CHECK_REFUSED(kdi_golden_list(path, arena, &list), "/x/y is not a case");
}

static kd_value *a_mode(void)
{
    kd_value *mode = kd_map(arena), *feat = kd_map(arena), *shape = kd_list(arena);
    kd_push(shape, kd_int(arena, 4));
    kd_push(shape, kd_int(arena, 16));
    kd_set(feat, "@data", reals(7));
    kd_set(feat, "shape", shape);
    kd_set(mode, "feat", in_group("0", feat));
    kd_set(mode, "grad", in_group("0001", reals(2)));
    kd_set(mode, "logits", reals(3));
    kd_set(mode, "loss", scalar(KD_F64, 4.5));
    return mode;
}

static kd_value *a_model(void)
{
    static const char *const name[] = { "conv1.weight", "bn1.weight" };
    static const char *const kind[] = { "uniform", "gamma" };
    kd_value *m = kd_map(arena), *layout = kd_map(arena);
    for (int k = 0; k < 2; k++) {
        kd_value *entry = kd_map(arena), *shape = kd_array(arena, KD_I64, KD_SHAPE(4), NULL);
        for (int i = 0; i < 4; i++)
            ((int64_t *)shape->data)[i] = 3 + i + k;
        kd_set(entry, "@data", shape);
        kd_set_text(entry, "name", name[k]);
        kd_set_text(entry, "kind", kind[k]);
        kd_set(layout, kdi_format(arena, "%04d", k), entry);
    }
    kd_set(m, "layout", layout);
    kd_set_int(m, "parameters", 83892);
    kd_set(m, "labels", kd_array(arena, KD_I32, KD_SHAPE(4), NULL));
    kd_set(m, "eval", a_mode());
    kd_set(m, "train", a_mode());
    return m;
}

TEST("a network's layout, features and results are read")
{
    const char *path = file_of("model.h5");
    kd_value *m, *list;
    CHECK_OK(kdi_h5_write(path, in_group("resnet8", a_model())));
    CHECK_OK(kdi_golden_models(path, arena, &list));
    CHECK_INT(list->n, 1);
    CHECK_TEXT(list->item[0]->text, "resnet8");
    CHECK_OK(kdi_golden_model(path, "resnet8", arena, &m));
    CHECK_INT(kd_get_int(m, "parameters", 0), 83892);
    const kd_value *entry = kd_get(m, "layout")->item[1];
    CHECK_TEXT(kd_get_text(entry, "name", ""), "bn1.weight");
    CHECK_TEXT(kd_get_text(entry, "kind", ""), "gamma");
    CHECK_INT(kd_get(entry, "shape")->item[3]->integer, 7);
    const kd_value *mode = kd_get(m, "train");
    CHECK_NEAR(kd_get_number(mode, "loss", 0), 4.5, 0);
    CHECK_NEAR(element(kd_get(mode, "feat")->item[0], 0), 7, 0);
    CHECK_INT(kd_get(kd_get(mode, "feat")->item[0], "shape")->item[1]->integer, 16);
    CHECK_NEAR(*(double *)at(mode, "grad", "0001")->data, 2, 0);
}

TEST("a network without layout, modes or logits is refused by name")
{
    static const char *const wrong[] = { "layout", "eval", "train" };
    const char *path = file_of("nomodel.h5");
    kd_value *m, *out;
    for (int i = 0; i < 3; i++) {
        m = a_model();
        kd_set(m, wrong[i], kd_int(arena, 1));
        CHECK_OK(kdi_h5_write(path, in_group("net", m)));
        CHECK_REFUSED(kdi_golden_model(path, "net", arena, &out), wrong[i]);
    }
    m = a_model();
    kd_set((kd_value *)kd_get(m, "eval"), "logits", kd_nil(arena));
    CHECK_OK(kdi_h5_write(path, in_group("net", m)));
    CHECK_REFUSED(kdi_golden_model(path, "net", arena, &out), "'logits'");
}

TEST_MAIN
