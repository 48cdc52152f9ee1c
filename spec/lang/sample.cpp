// The extents and shapes that samplers draw.
#include "spec/lang/sample.h"

#include <algorithm>

namespace plumbline::spec {

Index pick_extent(Choices& choices, Index most) {
  static const std::vector<Index> extents{1, 2, 3, 4, 5, 7, 8, 9, 13, 15, 16, 17, 31, 32, 33, 63, 64, 65,
                                          127, 128, 129, 255, 256, 257, 1023, 1024, 1025};
  std::vector<Index> allowed;
  for (Index e : extents)
    if (e <= most) allowed.push_back(e);
  return choices.one_of(allowed);
}

Shape pick_shape(Choices& choices, Index least, Index most, Index elements) {
  const Index rank = choices.pick(least, most);
  Shape shape;
  for (Index i = 0; i < rank; ++i) {
    const Index d = pick_extent(choices, std::max<Index>(1, std::min<Index>(elements, 1025)));
    shape.push_back(d);
    elements /= std::max<Index>(1, d);
  }
  if (rank > 0 && choices.pick(0, 31) == 31) shape[choices.pick(0, rank - 1)] = 0;
  return shape;
}

Shape pick_broadcastable(Choices& choices, const Shape& to) {
  const Index skip = choices.pick(0, 3) == 3 ? choices.pick(0, to.rank()) : 0;
  Shape from;
  for (Index i = skip; i < to.rank(); ++i) from.push_back(choices.pick(0, 3) == 3 ? 1 : to[i]);
  return from;
}

Shapes pick_broadcast(Choices& choices, int n) {
  const Shape to = pick_shape(choices, 0, 4);
  Shapes shapes;
  for (int i = 0; i < n; ++i) shapes.push_back(pick_broadcastable(choices, to));
  return shapes;
}

}  // namespace plumbline::spec
