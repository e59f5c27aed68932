/* Elementwise operators, reductions and shapes on values that can be checked by hand. */
#include "tests/engine_tools.h"

TEST("a row and a column broadcast to a table")
{
    kd_engine *e = engine();
    kd_tensor *row = TENSOR(e, KD_SHAPE(3), 1, 2, 3);
    kd_tensor *column = TENSOR(e, KD_SHAPE(2, 1), 10, 20);
    CHECK_TENSOR(kd_add(column, row), KD_SHAPE(2, 3), 11, 12, 13, 21, 22, 23);
    CHECK_TENSOR(kd_sub(row, column), KD_SHAPE(2, 3), -9, -8, -7, -19, -18, -17);
    CHECK_TENSOR(kd_div(column, row), KD_SHAPE(2, 3), 10, 5, 10 / 3.0, 20, 10, 20 / 3.0);
}

TEST("one number broadcasts to any shape, and a middle axis repeats")
{
    kd_engine *e = engine();
    kd_tensor *x = TENSOR(e, KD_SHAPE(2, 2, 2), 1, 2, 3, 4, 5, 6, 7, 8);
    CHECK_TENSOR(kd_mul(x, TENSOR(e, KD_SHAPE(1), 2)), KD_SHAPE(2, 2, 2), 2, 4, 6, 8, 10, 12, 14,
                 16);
    CHECK_TENSOR(kd_add(x, TENSOR(e, KD_SHAPE(2, 1, 2), 10, 20, 30, 40)), KD_SHAPE(2, 2, 2), 11, 22,
                 13, 24, 35, 46, 37, 48);
}

TEST("the gradient of a broadcast input is the sum over its repetitions")
{
    kd_engine *e = engine();
    kd_tensor *row = tracked(TENSOR(e, KD_SHAPE(3), 1, 2, 3));
    kd_tensor *column = tracked(TENSOR(e, KD_SHAPE(2, 1), 10, 20));
    CHECK_INT(kdi_backward_from(kd_sum(kd_mul(column, row))), KD_OK);
    CHECK_GRADIENT(row, 30, 30, 30);
    CHECK_GRADIENT(column, 6, 6);
}

TEST("ties of max, min and max_axis send the gradient to the first")
{
    kd_engine *e = engine();
    kd_tensor *a = tracked(TENSOR(e, KD_SHAPE(2), 1, 5)),
              *b = tracked(TENSOR(e, KD_SHAPE(2), 1, 7));
    kd_tensor *x = tracked(TENSOR(e, KD_SHAPE(1, 3), 2, 4, 4));
    kd_tensor *both = kd_add(kd_sum(kd_max(a, b)), kd_scale(kd_sum(kd_min(a, b)), 10));
    CHECK_INT(kdi_backward_from(kd_add(both, kd_sum(kd_max_axis(x, 1)))), KD_OK);
    CHECK_GRADIENT(a, 11, 10);
    CHECK_GRADIENT(b, 0, 1);
    CHECK_GRADIENT(x, 0, 1, 0);
}

TEST("greater is 1, 0 and 0 for above, equal and below")
{
    kd_engine *e = engine();
    kd_tensor *a = TENSOR(e, KD_SHAPE(3), 2, 1, 0);
    CHECK_TENSOR(kd_greater(a, TENSOR(e, KD_SHAPE(1), 1)), KD_SHAPE(3), 1, 0, 0);
}

TEST("kinks have the slopes that the header promises")
{
    kd_engine *e = engine();
    kd_tensor *x = tracked(TENSOR(e, KD_SHAPE(3), -1, 0, 6));
    kd_tensor *(*flat_at_zero[])(kd_tensor *) = { kd_abs, kd_relu, kd_relu6 };
    static const double slope[][3] = { { -1, 0, 1 }, { 0, 0, 1 }, { 0, 0, 0 } };
    for (int i = 0; i < 3; i++) {
        x->grad = NULL;
        CHECK_INT(kdi_backward_from(kd_sum(flat_at_zero[i](x))), KD_OK);
        check_reals("slope", x->grad, 3, slope[i]);
        e->last = NULL;
    }
    kd_tensor *zero = tracked(TENSOR(e, KD_SHAPE(2), 0, 4)),
              *y = tracked(TENSOR(e, KD_SHAPE(3), 1, 2, 3));
    CHECK_INT(kdi_backward_from(kd_add(kd_sum(kd_sqrt(zero)), kd_sum(kd_clamp(y, 1, 2)))), KD_OK);
    CHECK_GRADIENT(zero, 0, 0.25);
    CHECK_GRADIENT(y, 1, 1, 0);
}

TEST("softplus and sigmoid neither overflow nor lose small values")
{
    kd_engine *e = engine();
    kd_tensor *x = TENSOR(e, KD_SHAPE(4), -1000, -20, 0, 1000);
    CHECK_TENSOR(kd_softplus(x), KD_SHAPE(4), 0, 2.061153620e-9, 0.693147181, 1000);
    CHECK(kdi_r(kd_softplus(x))[1] > 2e-9);
    CHECK_TENSOR(kd_sigmoid(x), KD_SHAPE(4), 0, 2.061153618e-9, 0.5, 1);
}

TEST("whole powers take negative numbers")
{
    kd_engine *e = engine();
    kd_tensor *x = TENSOR(e, KD_SHAPE(2), -2, 3);
    CHECK_TENSOR(kd_pow(x, 2), KD_SHAPE(2), 4, 9);
    CHECK_TENSOR(kd_pow(x, 3), KD_SHAPE(2), -8, 27);
    CHECK_TENSOR(kd_pow(x, -1), KD_SHAPE(2), -0.5, 1 / 3.0);
}

TEST("a NaN is never hidden by a comparison")
{
    kd_engine *e = engine();
    kd_tensor *x = TENSOR(e, KD_SHAPE(1, 3), 1, NAN, 2), *one = TENSOR(e, KD_SHAPE(1), 1);
    kd_tensor *y[] = { kd_relu(x),         kd_relu6(x),    kd_leaky_relu(x, (kd_real)0.1),
                       kd_clamp(x, -9, 9), kd_softplus(x), kd_abs(x),
                       kd_max(x, one),     kd_max(one, x), kd_min(x, one),
                       kd_min(one, x) };
    for (size_t i = 0; i < sizeof y / sizeof *y; i++)
        CHECK(isnan(kdi_r(y[i])[1]));
    CHECK(isnan(kd_item(kd_max_axis(x, 1))));
    CHECK_INT(kd_i64s(kd_argmax(x))[0], 1);
}

TEST("reductions keep their axis with size 1")
{
    kd_engine *e = engine();
    kd_tensor *x = TENSOR(e, KD_SHAPE(2, 3), 1, 2, 3, 4, 5, 9);
    CHECK_TENSOR(kd_sum(x), KD_SHAPE(1), 24);
    CHECK_TENSOR(kd_mean(x), KD_SHAPE(1), 4);
    CHECK_TENSOR(kd_sum_axis(x, 0), KD_SHAPE(1, 3), 5, 7, 12);
    CHECK_TENSOR(kd_mean_axis(x, -1), KD_SHAPE(2, 1), 2, 6);
    CHECK_TENSOR(kd_max_axis(x, 1), KD_SHAPE(2, 1), 3, 9);
    CHECK_TENSOR(kd_var_axis(x, 1, true), KD_SHAPE(2, 1), 1, 7);
    CHECK_TENSOR(kd_var_axis(x, 1, false), KD_SHAPE(2, 1), 2 / 3.0, 14 / 3.0);
    kd_tensor *middle = kd_sum_axis(kd_reshape(x, KD_SHAPE(1, 3, 2)), 1);
    CHECK_TENSOR(middle, KD_SHAPE(1, 1, 2), 9, 15);
}

TEST("a mean over a million equal numbers is that number")
{
    kd_engine *e = engine();
    kd_tensor *x = kd_full_like(TENSOR(e, KD_SHAPE(1), 0), KD_SHAPE(1000, 1000), (kd_real)0.1);
    CHECK_NEAR(kd_item(kd_mean(x)), 0.1, 2e-9);
    CHECK_NEAR(kdi_r(kd_mean_axis(kd_reshape(x, KD_SHAPE(500000, 2)), 0))[1], 0.1, 2e-9);
    CHECK_NEAR(kdi_r(kd_var_axis(x, 0, false))[7], 0, 1e-15);
}

TEST("argmax gives the first of equals, a row at a time")
{
    kd_engine *e = engine();
    kd_tensor *best = kd_argmax(TENSOR(e, KD_SHAPE(3, 3), 1, 5, 5, 9, 0, 1, -3, -2, -1));
    CHECK_INT(kd_numel(best), 3);
    CHECK_INT(kd_i64s(best)[0], 1);
    CHECK_INT(kd_i64s(best)[1], 0);
    CHECK_INT(kd_i64s(best)[2], 2);
}

TEST("permuting, slicing and joining put every element where it belongs")
{
    kd_engine *e = engine();
    kd_tensor *x = TENSOR(e, KD_SHAPE(1, 2, 3), 1, 2, 3, 4, 5, 6);
    CHECK_TENSOR(kd_transpose(x, 1, 2), KD_SHAPE(1, 3, 2), 1, 4, 2, 5, 3, 6);
    CHECK_TENSOR(kd_permute(x, (int[]){ 2, 0, 1 }), KD_SHAPE(3, 1, 2), 1, 4, 2, 5, 3, 6);
    CHECK_TENSOR(kd_slice(x, -1, 1, 3), KD_SHAPE(1, 2, 2), 2, 3, 5, 6);
    CHECK_TENSOR(kd_slice(kd_flatten(x, 0), 0, 2, 4), KD_SHAPE(2), 3, 4);
    kd_tensor *ends[] = { kd_slice(x, 2, 2, 3), kd_slice(x, 2, 0, 1) };
    CHECK_TENSOR(kd_concat(ends, 2, 2), KD_SHAPE(1, 2, 2), 3, 1, 6, 4);
    CHECK_TENSOR(kd_concat(ends, 2, 0), KD_SHAPE(2, 2, 1), 3, 6, 1, 4);
    CHECK_TENSOR(kd_flatten(x, 1), KD_SHAPE(1, 6), 1, 2, 3, 4, 5, 6);
    CHECK_TENSOR(kd_reshape(x, KD_SHAPE(-1, 2)), KD_SHAPE(3, 2), 1, 2, 3, 4, 5, 6);
    CHECK_TENSOR(kd_broadcast_to(TENSOR(e, KD_SHAPE(2, 1), 1, 2), KD_SHAPE(2, 2, 2)),
                 KD_SHAPE(2, 2, 2), 1, 1, 2, 2, 1, 1, 2, 2);
}

TEST("labels can be sliced and joined like reals")
{
    kd_engine *e = engine();
    kd_tensor *label = I64S(e, KD_SHAPE(4), 3, 1, 4, 1);
    kd_tensor *halves[] = { kd_slice(label, 0, 2, 4), kd_slice(label, 0, 0, 2) };
    kd_tensor *swapped = kd_concat(halves, 2, 0);
    CHECK_INT(kd_dtype_of(swapped), KD_I64_T);
    static const int64_t wanted[] = { 4, 1, 3, 1 };
    assert_memory_equal(kd_i64s(swapped), wanted, sizeof wanted);
}

TEST("nothing comes of tensors with no rows but zeros and empty tensors")
{
    kd_engine *e = engine();
    kd_tensor *none = TENSOR(e, KD_SHAPE(0, 3), 0), *row = TENSOR(e, KD_SHAPE(3), 1, 2, 3);
    CHECK_NEAR(kd_item(kd_sum(none)), 0, 0);
    CHECK_TENSOR(kd_sum_axis(none, 0), KD_SHAPE(1, 3), 0, 0, 0);
    CHECK_INT(kd_numel(kd_add(none, row)), 0);
    CHECK_INT(kd_numel(kd_softmax(none)), 0);
    CHECK_TENSOR(kd_matmul_tn(none, none), KD_SHAPE(3, 3), 0, 0, 0, 0, 0, 0, 0, 0, 0);
    CHECK(!kd_failed());
}

TEST_MAIN
