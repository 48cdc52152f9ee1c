// Bugs of ops that move data: shapes, order, indices, masks.
#include <algorithm>

#include "crosscheck/mutants/values.h"

namespace plumbline::crosscheck {

using spec::Axes;
using spec::Index;
using spec::Shape;

namespace {

Axes axes_upwards(Index rank) {
  Axes axes;
  for (Index a = 0; a < rank; ++a) axes.push_back(a);
  return axes;
}

Values inputs_reversed(const KernelCall& c) { return c.compute(c.op, {c.in.rbegin(), c.in.rend()}); }
Values last_input_missing(const KernelCall& c) {
  std::vector<Values> in = c.in;
  if (in.size() > 1) in.back() = Values::full(in.back().shape(), 0);
  return c.compute(c.op, in);
}
Values one_after_another(const KernelCall& c) {  // as if the axis were the first
  std::vector<double> out;
  for (const Values& x : c.in) out.insert(out.end(), x.elements().begin(), x.elements().end());
  return Values(c.right.shape(), std::move(out));
}

Values pad_sides_swapped(const KernelCall& c) {
  Axes padding = c.list("padding");
  for (std::size_t i = 0; i + 1 < padding.size(); i += 2) std::swap(padding[i], padding[i + 1]);
  return c.compute(c.with("padding", spec::print_value(padding)), c.in);
}
Values pad_axes_reversed(const KernelCall& c) {  // PyTorch's order: pairs from the last axis on
  const Axes padding = c.list("padding");
  const Shape &from = c.in[0].shape(), &to = c.right.shape();
  const auto strides = from.strides(), steps = to.strides();
  const auto before = [&](Index a) {
    return padding.size() == 1 ? padding[0] : padding[static_cast<std::size_t>(2 * (to.rank() - 1 - a))];
  };
  return changed(c.right, [&](Index i, double) {
    Index at = 0;
    for (Index a = 0; a < to.rank(); ++a) {
      const Index k = i / steps[static_cast<std::size_t>(a)] - before(a);
      if (k < 0 || k >= from[a]) return c.number("value");
      at += k * strides[static_cast<std::size_t>(a)], i %= steps[static_cast<std::size_t>(a)];
    }
    return c.in[0][at];
  });
}

Values slice_from_next(const KernelCall& c) { return c.compute(c.op, {rolled(c.in[0], c.integer("axis"), 1)}); }
Values slice_step_ignored(const KernelCall& c) {
  const auto axis = spec::normal_axis(c.integer("axis"), c.in[0].shape().rank());
  const Index n = c.in[0].shape()[*axis], from = c.integer("start");
  const Index start = std::clamp<Index>(from < 0 ? from + n : from, 0, n);
  const auto op = c.make("slice", {{"axis", spec::print_value(*axis)},
                                   {"start", spec::print_value(start)},
                                   {"stop", spec::print_value(start + c.right.shape()[*axis])}});
  return c.compute(op, c.in);
}

Values inverse_permutation(const KernelCall& c) {
  Axes order = c.list("axes"), inverse = order;
  for (std::size_t k = 0; k < order.size(); ++k) inverse[static_cast<std::size_t>(order[k])] = static_cast<Index>(k);
  return c.compute(c.with("axes", spec::print_value(inverse)), c.in);
}
Values not_permuted(const KernelCall& c) { return c.in[0].reshaped(c.right.shape()); }
Values reversed_permutation(const KernelCall& c) {
  const Axes axes = axes_upwards(c.in[0].shape().rank());
  return c.compute(c.with("axes", spec::print_value(Axes(axes.rbegin(), axes.rend()))), c.in);
}
Values tiled(const KernelCall& c) {
  const Values& x = c.in[0];
  return x.size() == 0 ? c.right : Values::generate(c.right.shape(), [&](Index i) { return x[i % x.size()]; });
}
Values stretched(const KernelCall& c) {
  const Values& x = c.in[0];
  if (x.size() == 0 || c.right.size() == 0) return c.right;
  const Index copies = c.right.size() / x.size();
  return Values::generate(c.right.shape(), [&](Index i) { return x[i / copies]; });
}
Values column_major(const KernelCall& c) { return read_transposed(c.in[0]).reshaped(c.right.shape()); }

// The op with another index in place of each.
template <std::size_t Input, class F>
KernelBug index_as(F f) {
  return [f](const KernelCall& c) {
    spec::Shapes shapes;
    for (const Values& x : c.in) shapes.push_back(x.shape());
    const Index extent = c.op->index_extent(Input, shapes);
    return c.compute(c.op, with_input(c.in, Input, changed(c.in[Input], [&](Index, double i) {
                                        return f(static_cast<Index>(i), extent);
                                      })));
  };
}
constexpr auto next = [](Index i, Index extent) { return static_cast<double>((i + 1) % extent); };
constexpr auto from_one = [](Index i, Index) { return static_cast<double>(std::max<Index>(0, i - 1)); };
constexpr auto clamped = [](Index i, Index extent) {
  return static_cast<double>(std::min(i, std::max<Index>(0, extent - 2)));
};

Values other_gather_axis(const KernelCall& c) {
  const Index rank = c.in[0].shape().rank(), axis = *spec::normal_axis(c.integer("axis"), rank);
  const Index extent = c.in[0].shape()[(axis + 1) % rank];
  if (extent == 0) return c.right;
  const Values index =
      changed(c.in[1], [&](Index, double i) { return static_cast<double>(static_cast<Index>(i) % extent); });
  return c.compute(c.with("axis", spec::print_value((axis + 1) % rank)), {c.in[0], index});
}
Values minus_elsewhere(const KernelCall& c) {
  return changed(c.right, [](Index, double y) { return y == 0 ? -1 : y; });
}
Values overwritten(const KernelCall& c) {  // the source replaces what was there
  const auto old = c.compute(c.op, {c.in[0], c.in[1], Values::full(c.in[2].shape(), 0)});
  const auto added = c.compute(c.op, {Values::full(c.in[0].shape(), 0), c.in[1], c.in[2]});
  return changed(added, [&](Index i, double y) { return y == 0 ? old[i] : y; });
}

Values dropout_unscaled(const KernelCall& c) {
  return c.flag("training") ? scaled(c.right, 1 - c.number("p")) : c.right;
}
Values dropout_scaled_by_p(const KernelCall& c) {
  const double p = c.number("p");
  return c.flag("training") && p > 0 ? scaled(c.right, (1 - p) / p) : c.right;
}
Values dropout_inverted(const KernelCall& c) {
  const double p = c.number("p");
  if (!c.flag("training") || p == 0 || p == 1) return c.right;
  return changed(c.right, [&](Index i, double y) { return y == 0 ? c.in[0][i] / (1 - p) : 0; });
}
Values dropout_next_seed(const KernelCall& c) {
  return c.compute(c.with("seed", std::to_string(c.integer("seed") + 1)), c.in);
}
Values dropout_next_step(const KernelCall& c) {
  return c.compute(c.with("step", std::to_string(c.integer("step") + 1)), c.in);
}
Values dropout_one_mask_a_row(const KernelCall& c) {
  const Index n = c.in[0].shape().rank() > 0 ? c.in[0].shape().back(0) : 1;
  if (!c.flag("training") || n == 0) return c.right;
  const Values mask = c.compute(c.op, {Values::full(c.in[0].shape(), 1)});
  return changed(c.in[0], [&](Index i, double x) { return mask[i % n] * x; });
}

// Element k of each fibre along an axis is the old element place(k, n).
template <class Place>
Values rearranged(const Values& x, Index axis, Place place) {
  const auto a = spec::normal_axis(axis, x.shape().rank());
  if (!a || x.size() == 0) return x;
  const Index stride = x.shape().strides()[static_cast<std::size_t>(*a)], n = x.shape()[*a];
  return Values::generate(x.shape(), [&](Index i) {
    const Index k = i / stride % n;
    return x[i + (place(k, n) - k) * stride];
  });
}
Values backwards(const Values& x, Index axis) {
  return rearranged(x, axis, [](Index k, Index n) { return n - 1 - k; });
}
Values edges_swapped(const Values& y, Index axis) {  // the first two elements exchanged
  return rearranged(y, axis, [](Index k, Index n) { return n > 1 && k < 2 ? 1 - k : k; });
}

// The edge is repeated, as NumPy's symmetric padding has it.
Values pad_symmetric(const KernelCall& c) {
  if (c.attribute("mode") != "reflect") return c.right;
  const Axes padding = c.list("padding");
  const Shape &from = c.in[0].shape(), &to = c.right.shape();
  const auto strides = from.strides(), steps = to.strides();
  return changed(c.right, [&](Index i, double) {
    Index at = 0;
    for (Index a = 0; a < to.rank(); ++a) {
      const auto axis = static_cast<std::size_t>(a);
      Index k = i / steps[axis] - (padding.size() == 1 ? padding[0] : padding[2 * axis]);
      k = k < 0 ? -k - 1 : k >= from[a] ? 2 * from[a] - 1 - k : k;
      at += k * strides[axis], i %= steps[axis];
    }
    return c.in[0][at];
  });
}
Values pad_edges_for_mirror(const KernelCall& c) {
  return c.compute(c.with("mode", c.attribute("mode") == "reflect" ? "replicate" : c.attribute("mode")), c.in);
}
Values pad_zeros_for_edges(const KernelCall& c) { return c.compute(c.with("mode", "constant"), c.in); }

Values first_axis_only(const KernelCall& c) {
  const Axes axes = c.list("axes");
  return c.compute(c.with("axes", spec::print_value(Axes{axes.empty() ? 0 : axes[0]})), c.in);
}
Values as_it_was(const KernelCall& c) { return c.in[0].reshaped(c.right.shape()); }
KernelBug shifts(Index factor, Index more) {
  return [=](const KernelCall& c) {
    Axes shift = c.list("shift");
    for (Index& s : shift) s = factor * s + more;
    return c.compute(c.with("shift", spec::print_value(shift)), c.in);
  };
}
Values repeats_in_reverse(const KernelCall& c) {
  const Axes reps = c.list("reps");
  return c.compute(c.with("reps", spec::print_value(Axes(reps.rbegin(), reps.rend()))), c.in);
}
KernelBug number_plus(const char* attribute, Index factor, Index more) {
  return [=](const KernelCall& c) {
    return c.compute(c.with(attribute, std::to_string(factor * c.integer(attribute) + more)), c.in);
  };
}
Values next_piece(const KernelCall& c) {
  const auto axis = spec::normal_axis(c.integer("axis"), c.in[0].shape().rank());
  return c.compute(c.op, {rolled(c.in[0], *axis, c.right.shape()[*axis])});
}

// Equals in the opposite order: the places in the mirrored input, mirrored back.
Values equals_reversed(const KernelCall& c) {
  const Index axis = c.integer("axis"), n = c.in[0].shape()[*spec::normal_axis(axis, c.in[0].shape().rank())];
  const Values places = c.compute(c.op, {backwards(c.in[0], axis)});
  return changed(places, [=](Index, double i) { return static_cast<double>(n - 1) - i; });
}
Values ranks_for_places(const KernelCall& c) {  // argsort(argsort x)
  return c.compute(c.op, {c.compute(c.with("descending", "false"), {c.right})});
}
Values first_two_exchanged(const KernelCall& c) { return edges_swapped(c.right, c.integer("axis")); }
Values last_not_sorted(const KernelCall& c) {
  return c.compute(c.op, {along_axis(c.in[0], c.integer("axis"), [](Index k, Index n, double x) {
                     return k + 1 == n ? -infinity : x;
                   })});
}
Values exchanged_with(const KernelCall& c, std::string_view other) {
  return c.compute(c.make(other, {{"axis", c.attribute("axis")}, {"descending", c.attribute("descending")}}), c.in);
}

Values averaged(const KernelCall& c) {  // for summed
  const Values counts = c.compute(c.op, with_input(c.in, 1, Values::full(c.in[1].shape(), 1)));
  return changed(c.right, [&](Index i, double y) { return counts[i] > 1 ? y / counts[i] : y; });
}

void plant_shapes(std::vector<Mutant>& list) {
  plant(list, "concat", "reversed", "the inputs in reverse order", inputs_reversed);
  plant(list, "concat", "last_missing", "the last input is not copied", last_input_missing);
  plant(list, "concat", "first_axis", "always along axis 0", one_after_another);
  plant(list, "pad", "sides_swapped", "before and after exchanged", pad_sides_swapped);
  plant(list, "pad", "axes_reversed", "the pairs in reverse order of axes", pad_axes_reversed);
  plant(list, "pad", "value_ignored", "pads with 0", with_attribute("value", "0"));
  plant(list, "slice", "from_next", "begins one element too late", slice_from_next);
  plant(list, "slice", "step_ignored", "takes neighbours", slice_step_ignored);
  plant(list, "permute", "inverse", "the inverse permutation", inverse_permutation);
  plant(list, "permute", "not_permuted", "a reshape", not_permuted);
  plant(list, "permute", "reversed", "always reverses the axes", reversed_permutation);
  plant(list, "broadcast_to", "tiled", "the whole input again and again", tiled);
  plant(list, "broadcast_to", "stretched", "each element as often as it fits", stretched);
  plant(list, "reshape", "column_major", "reads by columns", column_major);
}

void plant_arrangements(std::vector<Mutant>& list) {
  plant(list, "pad", "symmetric", "the edge is mirrored too", pad_symmetric);
  plant(list, "pad", "edges_for_mirror", "replicates where it should reflect", pad_edges_for_mirror);
  plant(list, "pad", "mode_ignored", "always pads with the value", pad_zeros_for_edges);
  plant(list, "pad_grad", "folds_dropped", "what lies outside is dropped", with_attribute("mode", "constant"));
  plant(list, "pad_grad", "edges_for_mirror", "folds onto the edge", pad_edges_for_mirror);
  plant(list, "flip", "first_axis_only", "only the first of the axes", first_axis_only);
  plant(list, "flip", "all_axes", "all axes", with_attribute("axes", "[]"));
  plant(list, "flip", "identity", "nothing is turned round", as_it_was);
  plant(list, "roll", "other_way", "the other way", shifts(-1, 0));
  plant(list, "roll", "one_more", "one place too far", shifts(1, 1));
  plant(list, "roll", "identity", "nothing moves", as_it_was);
  plant(list, "tile", "reps_reversed", "reps from the last axis on", repeats_in_reverse);
  plant(list, "tile", "stretched", "each element in a row", stretched);
  plant(list, "repeat_interleave", "tiled", "the whole again and again", tiled);
  plant(list, "transpose", "not_permuted", "a reshape", not_permuted);
  plant(list, "stack", "reversed", "the inputs in reverse order", inputs_reversed);
  plant(list, "stack", "first_axis", "always along axis 0", one_after_another);
  plant(list, "stack", "last_missing", "the last input is not copied", last_input_missing);
  plant(list, "split", "first_piece", "always the first piece", with_attribute("index", "0"));
  plant(list, "split", "next_piece", "begins where the piece ends", next_piece);
  plant(list, {"expand_dims", "squeeze", "flatten"}, {{"column_major", "reads by columns", column_major}});
  plant(list, {"triu", "tril"},
        {{"one_above", "one diagonal higher", number_plus("diagonal", 1, 1)},
         {"one_below", "one diagonal lower", number_plus("diagonal", 1, -1)},
         {"transposed", "the diagonal counted the other way", number_plus("diagonal", -1, 0)},
         {"identity", "nothing is cut", as_it_was}});
  plant(list, {"diagonal", "diagonal_grad"},
        {{"other_side", "offset counted the other way", number_plus("offset", -1, 0)},
         {"offset_ignored", "always the main diagonal", with_attribute("offset", "0")}});
}

void plant_sorting(std::vector<Mutant>& list) {
  plant(list, {"sort", "argsort", "sort_by", "sort_grad"},
        {{"never_descending", "always ascending", with_attribute("descending", "false")},
         {"exchanged", "the first two results exchanged", first_two_exchanged}});
  plant(list, {"topk", "topk_indices"},
        {{"always_largest", "largest is ignored", with_attribute("largest", "true")},
         {"exchanged", "the first two results exchanged", first_two_exchanged},
         {"wrong_axis", "of the transposed matrix",
          [](const KernelCall& c) { return c.compute(c.op, {read_transposed(c.in[0])}); }}});
  plant(list, {"argsort", "topk_indices"}, {{"equals_reversed", "the last of equals first", equals_reversed}});
  plant(list, {"sort", "argsort"}, {{"last_dropped", "the last element counts as −∞", last_not_sorted}});
  plant(list, "argsort", "ranks", "the rank of each element", ranks_for_places);
  plant(list, "sort_by", "inverse", "the inverse permutation",
        [](const KernelCall& c) { return exchanged_with(c, "sort_grad"); });
  plant(list, "sort_grad", "inverse", "the inverse permutation",
        [](const KernelCall& c) { return exchanged_with(c, "sort_by"); });
}

void plant_indices(std::vector<Mutant>& list) {
  plant(list, "gather", "next_index", "index + 1", index_as<1>(next));
  plant(list, "gather", "from_one", "counts from 1", index_as<1>(from_one));
  plant(list, "gather", "clamped", "never the last element", index_as<1>(clamped));
  plant(list, "gather", "wrong_axis", "along the next axis", other_gather_axis);
  plant(list, "embedding", "next_index", "index + 1", index_as<0>(next));
  plant(list, "embedding", "clamped", "never the last row", index_as<0>(clamped));
  plant(list, {"index_select", "take_along_axis"},
        {{"next_index", "index + 1", index_as<1>(next)},
         {"from_one", "counts from 1", index_as<1>(from_one)},
         {"clamped", "never the last element", index_as<1>(clamped)}});
  plant(list, {"index_select_grad", "take_along_axis_grad"},
        {{"next_index", "index + 1", index_as<0>(next)},
         {"clamped", "never the last element", index_as<0>(clamped)},
         {"averaged", "the mean of what meets at a place", averaged}});
  plant(list, "one_hot", "next_index", "index + 1", index_as<0>(next));
  plant(list, "one_hot", "signed", "−1 elsewhere", minus_elsewhere);
  plant(list, "scatter_add", "overwritten", "replaces for adds", overwritten);
}

void plant_masks(std::vector<Mutant>& list) {
  plant(list, "dropout", "unscaled", "1/(1 − p) is missing", dropout_unscaled);
  plant(list, "dropout", "scaled_by_p", "1/p for 1/(1 − p)", dropout_scaled_by_p);
  plant(list, "dropout", "mask_inverted", "keeps what should be dropped", dropout_inverted);
  plant(list, "dropout", "next_seed", "another seed", dropout_next_seed);
  plant(list, "dropout", "seed_ignored", "always seed 0", with_attribute("seed", "0"));
  plant(list, "dropout", "step_ignored", "the mask of step 0", with_attribute("step", "0"));
  plant(list, "dropout", "next_step", "the mask of the next step", dropout_next_step);
  plant(list, "dropout", "path_ignored", "the mask of another layer", with_attribute("path", ""));
  plant(list, "dropout", "always_training", "drops in evaluation too", with_attribute("training", "true"));
  plant(list, "dropout", "never_training", "the identity", with_attribute("training", "false"));
  plant(list, "dropout", "one_mask_a_row", "every row has the mask of the first", dropout_one_mask_a_row);
}

}  // namespace

void add_movement_bugs(std::vector<Mutant>& list) {
  plant_shapes(list);
  plant_arrangements(list);
  plant_sorting(list);
  plant_indices(list);
  plant_masks(list);
}

}  // namespace plumbline::crosscheck
