-- SH3D-18: furniture out of Sweet Home 3D's libraries. manifest.tsv says which pieces, their classes (by
-- a rule over the catalogue's names), groups (look-alikes, variants of one model) and folds.

return {
  title = "SH3D-18",
  licence = "by library: CC-BY 3.0 (Scopia, BlendSwap-CC-BY), CC-BY 3.0 US (KatorLegaz, Reallusion), "
    .. "CC0 (BlendSwap-CC-0)",
  notice = "Sweet Home 3D furniture libraries 1.8, eTeks, Emmanuel Puybaret. 3D models created by "
    .. "Scopia Visual Interfaces Systems, Andrew Kator and Jennifer Legaz, Reallusion and the "
    .. "contributors of BlendSwap; the author of each piece is in sh3d18.h5 as content/creator. "
    .. "Changed: points drawn on the surfaces, centred and scaled; pictures on white, made smaller.",
  homepage = "https://www.sweethome3d.com/importModels.jsp",
  citation = "sweethome3d2020furniture",
  split = "four folds by groups of look-alikes, option fold says which is test; of the others whole "
    .. "groups are validation, in the order of a fixed hash, up to 12 % of a class",
  files = {},
  made = {
    file = "sh3d18.h5", manifest = "manifest.tsv",
    sha256 = "16b488c388f799c6c3ea12c4f4babc098e0602e97c0afd48bdc9f68f9c8ac586",
  },
  package = {
    name = "sweethome3d-furniture",
    version = "1.8-1",
    file = "sweethome3d-furniture_1.8-1_all.deb",
    size = 119782356,
    deb_sha256 = "3ccb90c63f9525e887a767b9cd5c8b6933b8b6b2973a615a5359ee68a2118668",
    folder = "/usr/share/sweethome3d/furniture",
  },
  sources = { "user", "cache", "installed", "debian" },
}
