-- weight 1; v1 is the student's side, v2 the teacher's. A negative Z is one that the batch sets. The
-- reference keeps temperature, momentum and Z in a buffer of single precision.
return {
  crd = function(case)
    local hp = case.hp
    local rows = function(name)
      return { value = name, rows = "in/idx" }
    end
    return {
      options = { beta = 1, feat_dim = hp.feat_dim, nce_k = hp.nce_k, nce_t = f32(hp.nce_t),
        nce_m = f32(hp.nce_m) },
      nsamples = hp.n_data,
      student = { pooled = "in/feat_s" },
      teacher = { pooled = "in/feat_t" },
      index = "in/idx",
      draws = { contrast = "in/contrast_idx" },
      buffers = { bank_s = "in/memory_v1", bank_t = "in/memory_v2",
        Z = { f32(hp.Z_v1), f32(hp.Z_v2) } },
      after = { bank_s = rows "out/memory_v1_after", bank_t = rows "out/memory_v2_after",
        Z = "out/Z" },
    }
  end,
}
