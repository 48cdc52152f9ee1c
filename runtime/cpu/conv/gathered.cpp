// conv1d, conv2d, conv3d and their gradients as gathered products; asked before the kernels by columns.
#include "runtime/cpu/conv/gathered.h"
#include "runtime/cpu/conv/places.h"
#include "runtime/cpu/pieces.h"

namespace plumbline::runtime {
namespace {

constexpr Index images_bytes = Index{32} << 20;  // of images with their padding that lie in scratch together
constexpr Index places_together = 256;           // whose cotangents meet the taps while they are in the first caches
constexpr Index part_work = Index{1} << 22;      // multiply-adds that a part takes at least
constexpr Index taps_per_part = 64, rows_per_part = 32;

// Channels of images laid out with their padding in scratch, some images at a time; where there is none, as they are.
template <class T>
struct Images {
  Padded plane;
  Index batch, channels, together;

  Images(const Padded& plane, Index batch, Index channels)
      : plane(plane), batch(batch), channels(channels),
        together(std::clamp<Index>(images_bytes / (size() * static_cast<Index>(sizeof(T))), 1, batch)) {}
  Index size() const { return channels * plane.size(); }
  Index elements() const { return plane.plain() ? 0 : together * size(); }
  // f(first image, count, where the first lies) for all images.
  template <class F>
  void for_each(Workers& workers, const T* x, T* scratch, F f) const {
    const Index step = plane.in[0] * plane.in[1] * plane.in[2];
    for (Index first = 0; first < batch; first += together) {
      const Index count = std::min(together, batch - first);
      const T* from = x + first * channels * step;
      if (!plane.plain())
        parallel_for(workers, count * channels, std::max<Index>(1, 16384 / plane.size()),
                     [&](Index begin, Index end, int) {
                       for (Index i = begin; i < end; ++i) plane.copy(from + i * step, scratch + i * plane.size());
                     });
      f(first, count, plane.plain() ? from : static_cast<const T*>(scratch));
    }
  }

  // f(where the group of an image lies, image, panel) for all images and the panels of all groups. Small images with
  // few weights are laid out by who reads them, in local scratch.
  static constexpr Index near_bytes = Index{3} << 18, least_parts = 8;
  bool near(Index groups, Index weights) const {
    const Index elements = size() / groups + weights;
    return !plane.plain() && batch * groups >= least_parts && elements * static_cast<Index>(sizeof(T)) <= near_bytes;
  }
  std::size_t local(Index groups, Index weights) const {
    return near(groups, weights) ? sizeof(T) * static_cast<std::size_t>(size() / groups) : 0;
  }
  template <class F>
  void for_panels(const KernelArgs& args, Index groups, Index panels, Index weights, Index places, T* scratch,
                  F f) const {
    const Index depth = channels / groups, step = plane.in[0] * plane.in[1] * plane.in[2];
    if (near(groups, weights))
      return args.workers.run(batch * groups, [&](Index part, int worker) {
        T* own = args.local<T>(worker);
        for (Index channel = 0; channel < depth; ++channel)
          plane.copy(args.in[0].as<T>() + (part * depth + channel) * step, own + channel * plane.size());
        for (Index i = part % groups * panels; i < (part % groups + 1) * panels; ++i) f(own, part / groups, i);
      });
    for_each(args.workers, args.in[0].as<T>(), scratch, [&](Index first, Index count, const T* x) {
      const Index work = std::max<Index>(1, places * weights / panels);
      const Index per = std::clamp<Index>(part_work / work, 1, count), chunks = (count + per - 1) / per;
      args.workers.run(groups * panels * chunks, [&](Index part, int) {
        const Index i = part / chunks;
        for (Index image = part % chunks * per; image < std::min(count, (part % chunks + 1) * per); ++image)
          f(x + image * size() + i / panels * depth * plane.size(), first + image, i);
      });
    });
  }
};

// Whether all parts of a packed operand are finite; 0 in `flags` says so.
template <class T>
bool finite_parts(const T* flags, Index parts) {
  return std::all_of(flags, flags + parts, [](T flag) { return flag == 0; });
}
template <class T>
T finite_flag(const T* x, Index n) {
  return all_finite(x, n) ? T(0) : T(1);
}

template <class T>
BoundKernel bind_outputs(const BoundKernel& columns, const spec::Op& op, const Shapes& in, const Shape& out) {
  const Conv c = conv_of<T>(op, in[0], in[1], out);
  const Images<T> images(padded_input(c), c.batch, c.groups * c.depth);
  const Offsets step = taps_of(c, images.plane);
  Offsets at = outputs_of(c, images.plane);
  fill_up(at);
  const PanelPlan<T> panel(c.breadth);
  const Index k = c.taps(), panels = c.groups * panel.count();
  Pieces<T> pieces;
  const std::size_t weights = pieces.take(c.groups * panel.padded() * k), flags = pieces.take(panels),
                    space = pieces.take(images.elements());
  BoundKernel bound;
  bound.scratch = std::max(pieces.bytes(), columns.scratch);
  bound.local_scratch = std::max(columns.local_scratch, images.local(c.groups, panel.padded() * k));
  bound.run = [=](const KernelArgs& args) {
    const auto piece = [&](std::size_t offset) { return reinterpret_cast<T*>(args.scratch + offset); };
    args.workers.run(panels, [&](Index i, int) {
      const Index group = i / panel.count(), n = panel.in(i % panel.count());
      const T* w = args.in[1].as<T>() + (group * c.breadth + i % panel.count() * panel.width()) * k;
      pack_rows(w, k, k, n, panel.width(), piece(weights) + i * panel.width() * k);
      piece(flags)[i] = finite_flag(w, n * k);
    });
    if (!images.plane.plain() && !finite_parts(piece(flags), panels)) return columns.run(args);
    const auto one = [&](const T* x, Index image, Index i) {  // panel i of an image, whose group lies at x
      const Index group = i / panel.count(), channel = i % panel.count() * panel.width();
      const T* b = args.in.size() > 2 ? args.in[2].as<T>() + group * c.breadth + channel : nullptr;
      T* y = args.out.as<T>() + ((image * c.groups + group) * c.breadth + channel) * c.y_plane();
      gathered_product(x, at, c.y_plane(), step, k, piece(weights) + i * panel.width() * k, panel.packs,
                       panel.in(i % panel.count()), b, y, c.y_plane());
    };
    images.for_panels(args, c.groups, panel.count(), panel.padded() * k, c.y_plane(), piece(space), one);
  };
  return bound;
}

// Output channels [begin, end) of a panel over the input channels from w on: to[(o, tap)][channel] for one class.
template <class T>
void pack_taps(const Conv& c, const PlaceClass& places, const T* w, Index begin, Index end, Index n, Index width,
               T* to) {
  const Index kernel = c.kernel();
  to += begin * static_cast<Index>(places.taps.size()) * width;
  for (Index o = begin; o < end; ++o)
    for (const Index tap : places.taps) {
      const T* from = w + o * c.taps() + tap;
      for (Index channel = 0; channel < n; ++channel) to[channel] = from[channel * kernel];
      std::fill(to + n, to + width, T(0));
      to += width;
    }
}

template <class T>
BoundKernel bind_input_grad(const BoundKernel& columns, const spec::Op& op, const Shapes& in, const Shape& out) {
  const Conv c = conv_of<T>(op, out, in[1], in[0]);
  const AxisClasses axes = axis_classes(c);
  const Images<T> images(padded_cotangent(c, axes), c.batch, c.groups * c.breadth);
  const std::vector<PlaceClass> classes = place_classes(c, images.plane, axes);
  const PanelPlan<T> panel(c.depth);
  const Index panels = c.groups * panel.count(), k = c.breadth * c.kernel();
  const Index row_parts = (c.breadth + rows_per_part - 1) / rows_per_part;
  const bool contiguous = classes.size() == 1;
  Pieces<T> pieces;
  const std::size_t weights = pieces.take(panels * panel.width() * k), flags = pieces.take(panels * row_parts),
                    space = pieces.take(images.elements());
  BoundKernel bound;
  bound.scratch = std::max(pieces.bytes(), columns.scratch);
  bound.local_scratch = std::max(columns.local_scratch, images.local(c.groups, panel.padded() * k));
  bound.run = [=](const KernelArgs& args) {
    const auto piece = [&](std::size_t offset) { return reinterpret_cast<T*>(args.scratch + offset); };
    args.workers.run(panels * row_parts, [&](Index part, int) {
      const Index i = part / row_parts, group = i / panel.count(), channel = i % panel.count() * panel.width();
      const Index begin = part % row_parts * rows_per_part, end = std::min(c.breadth, begin + rows_per_part);
      const T* w = args.in[1].as<T>() + (group * c.breadth * c.depth + channel) * c.kernel();
      T* to = piece(weights) + i * panel.width() * k;
      T& flag = piece(flags)[part];
      flag = 0;
      for (const PlaceClass& one : classes) {
        pack_taps(c, one, w, begin, end, panel.in(i % panel.count()), panel.width(), to);
        const Index row = static_cast<Index>(one.taps.size()) * panel.width();
        flag += finite_flag(to + begin * row, (end - begin) * row);
        to += one.k() * panel.width();
      }
    });
    if (!images.plane.plain() && !finite_parts(piece(flags), panels * row_parts)) return columns.run(args);
    const auto of_panel = [&](const T* ct, Index image, Index i) {  // of an image, whose group's cotangent lies at ct
      const Index channel = i / panel.count() * c.depth + i % panel.count() * panel.width();
      const T* w = piece(weights) + i * panel.width() * k;
      T* dx = args.out.as<T>() + (image * c.groups * c.depth + channel) * c.x_plane();
      for (const PlaceClass& one : classes) {
        gathered_product(ct, one.at, one.rows, one.step, one.k(), w, panel.packs, panel.in(i % panel.count()),
                         static_cast<const T*>(nullptr), dx, c.x_plane(), contiguous ? nullptr : one.to.data());
        w += one.k() * panel.width();
      }
    };
    images.for_panels(args, c.groups, panel.count(), panel.padded() * k, c.x_plane(), piece(space), of_panel);
  };
  return bound;
}

// What the weight gradient is computed from, and where: sums[group][panel][tap][column].
template <class T>
struct WeightGradient {
  Conv c;
  Images<T> images;
  Offsets taps, places;  // places: of as many images as are taken together
  PanelPlan<T> panel;
  Index images_at_once, filled;  // filled: taps up to a multiple of gathered_rows

  WeightGradient(const Conv& conv)
      : c(conv), images(padded_input(c), c.batch, c.groups * c.depth), taps(taps_of(c, images.plane)), panel(c.breadth),
        images_at_once(std::clamp<Index>(places_together / c.y_plane(), 1, c.batch)) {
    fill_up(taps);
    filled = static_cast<Index>(taps.size());
    const Offsets one = outputs_of(c, images.plane);
    for (Index image = 0; image < images_at_once; ++image)
      for (const std::int32_t at : one) places.push_back(static_cast<std::int32_t>(image * images.size()) + at);
  }
  Index panels() const { return c.groups * panel.count(); }
  Index panel_size() const { return images.together * c.y_plane() * panel.width(); }

  // Taps [begin, end) of panel i: sums += x at the taps · the cotangents of `count` images.
  void add(const T* x, Index count, const T* cotangents, Index begin, Index end, T* sums) const {
    const Index plane = c.y_plane();
    for (Index image = 0; image < count; image += images_at_once) {
      const Index all = std::min(images_at_once, count - image) * plane;
      for (Index p = 0; p < all; p += places_together) {
        const Index k = std::min(places_together, all - p);
        const T* ct = cotangents + (image * plane + p) * panel.width();
        for (Index m = begin; m < end; m += gathered_rows) {
          const T* from = x + image * images.size();
          const std::int32_t *tap = taps.data() + m, *place = places.data() + p;
          T* to = sums + m * panel.width();
          if (panel.packs == 2) gather_block<gathered_rows, 2>(from, tap, place, k, ct, to);
          else gather_block<gathered_rows, 1>(from, tap, place, k, ct, to);
        }
      }
    }
  }
};

template <class T>
BoundKernel bind_weight_grad(const BoundKernel& columns, const spec::Op& op, const Shapes& in, const Shape& out) {
  const WeightGradient<T> g(conv_of<T>(op, in[0], out, in[1]));
  const Conv& conv = g.c;
  Pieces<T> pieces;
  const std::size_t sums = pieces.take(g.panels() * g.filled * g.panel.width()),
                    cotangents = pieces.take(g.panels() * g.panel_size()),
                    flags = pieces.take(g.panels() * g.images.together), space = pieces.take(g.images.elements());
  BoundKernel bound;
  bound.scratch = std::max(pieces.bytes(), columns.scratch), bound.local_scratch = columns.local_scratch;
  bound.run = [=, k = conv.taps()](const KernelArgs& args) {
    const Conv& c = g.c;
    const auto piece = [&](std::size_t offset) { return reinterpret_cast<T*>(args.scratch + offset); };
    const Index blocks = (g.filled + taps_per_part - 1) / taps_per_part, sums_of_panel = g.filled * g.panel.width();
    bool finite = true;
    g.images.for_each(args.workers, args.in[0].as<T>(), piece(space), [&](Index first, Index count, const T* x) {
      args.workers.run(g.panels() * count, [&](Index part, int) {
        const Index i = part / count, image = part % count, n = g.panel.in(i % g.panel.count());
        const Index group = (first + image) * c.groups + i / g.panel.count();
        const T* ct =
            args.in[1].as<T>() + (group * c.breadth + i % g.panel.count() * g.panel.width()) * c.y_plane();
        pack_rows(ct, c.y_plane(), c.y_plane(), n, g.panel.width(),
                  piece(cotangents) + i * g.panel_size() + image * c.y_plane() * g.panel.width());
        piece(flags)[part] = finite_flag(ct, n * c.y_plane());
      });
      finite = finite && finite_parts(piece(flags), g.panels() * count);
      args.workers.run(g.panels() * blocks, [&](Index part, int) {
        const Index i = part / blocks, begin = part % blocks * taps_per_part;
        const Index end = std::min(g.filled, begin + taps_per_part);
        T* to = piece(sums) + i * sums_of_panel;
        if (first == 0) std::fill(to + begin * g.panel.width(), to + end * g.panel.width(), T(0));
        g.add(x + i / g.panel.count() * c.depth * g.images.plane.size(), count, piece(cotangents) + i * g.panel_size(),
              begin, end, to);
      });
    });
    if (!g.images.plane.plain() && !finite) return columns.run(args);
    args.workers.run(g.panels(), [&](Index i, int) {
      const Index n = g.panel.in(i % g.panel.count());
      T* dw = args.out.as<T>() + (i / g.panel.count() * c.breadth + i % g.panel.count() * g.panel.width()) * k;
      for (Index m = 0; m < k; m += side<T>)
        store_transposed(piece(sums) + i * sums_of_panel + m * g.panel.width(), g.panel.width(),
                         std::min(side<T>, k - m), n, dw + m, k, nullptr);
    });
  };
  return bound;
}

// Few enough classes, padding and elements for the tables; channels that only see themselves are left to the columns.
bool suits(const Conv& c, const Padded& plane, Index channels, Index panel_columns) {
  double elements = 1;
  for (const Index extent : plane.extent) elements *= static_cast<double>(extent);
  const double known = static_cast<double>(plane.in[0] * plane.in[1] * plane.in[2]);
  const double most = std::numeric_limits<std::int32_t>::max();
  return (panel_columns > 1 || c.groups == 1) && elements <= 4 * known + 4096 &&
         elements * static_cast<double>(channels * places_together) < most;
}
bool outputs_suit(const spec::Op& op, const Shapes& in) {
  const Conv c = conv_of<float>(op, in[0], in[1], *op->shape(in));
  return !c.empty() && suits(c, padded_input(c), c.groups * c.depth, c.breadth);
}
bool weight_grad_suits(const spec::Op& op, const Shapes& in) {
  const Conv c = conv_of<float>(op, in[0], *op->shape(in), in[1]);
  return !c.empty() && suits(c, padded_input(c), c.groups * c.depth, c.breadth);
}
bool input_grad_suits(const spec::Op& op, const Shapes& in) {
  constexpr Index most_classes = 8;
  const Conv c = conv_of<float>(op, *op->shape(in), in[1], in[0]);
  if (c.empty() || std::ranges::any_of(c.axes, [](const Window& w) { return w.stride > most_classes; })) return false;
  return suits(c, padded_cotangent(c, axis_classes(c)), c.groups * c.breadth, c.depth);
}

// A kernel that is asked before the op's present one, has its claims, and leaves to it the factors that are not finite.
template <class F>
void add_before(KernelTable& table, const std::string& op, Supports supports, F bind_with) {
  for (const DType dtype : {DType::f64, DType::f32}) {
    const auto kernels = table.kernels(op);
    Kernel k = **std::ranges::find_if(kernels, [&](const Kernel* one) { return one->dtype == dtype; });
    k.name = op + ".gathered", k.supports = supports;
    k.bind = [bind_with, dtype, columns = k.bind](const spec::Op& o, const Shapes& in, const Shape& out) {
      const BoundKernel other = columns(o, in, out);
      return dtype == DType::f64 ? bind_with(double{}, other, o, in, out) : bind_with(float{}, other, o, in, out);
    };
    table.add(std::move(k));
  }
}

}  // namespace

void register_gathered(KernelTable& table) {
  for (const std::string op : {"conv1d", "conv2d", "conv3d"}) {
    add_before(table, op, outputs_suit, []<class T>(T, const auto&... a) { return bind_outputs<T>(a...); });
    add_before(table, op + "_input_grad", input_grad_suits,
               []<class T>(T, const auto&... a) { return bind_input_grad<T>(a...); });
    add_before(table, op + "_weight_grad", weight_grad_suits,
               []<class T>(T, const auto&... a) { return bind_weight_grad<T>(a...); });
  }
}

}  // namespace plumbline::runtime
