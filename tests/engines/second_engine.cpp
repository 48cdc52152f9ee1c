// Drawing cases, reading them twice, comparing.
#include "tests/engines/second_engine.h"

#include <sstream>

#include "crosscheck/sample/draw.h"
#include "spec/eval/exact.h"
#include "spec/num/ball.h"

namespace plumbline::test {
namespace {

constexpr int precision = 128;

spec::Tensors<Arb> as_arbs(const spec::Tensors<double>& data) {
  spec::Tensors<Arb> out;
  for (const auto& x : data)
    out.push_back(spec::Tensor<Arb>::generate(x.shape(), [&](Index i) { return Arb(x[i], precision); }));
  return out;
}

// Whether no number is in both enclosures.
bool apart(const spec::Ball& x, const Arb& y) {
  arb_t other;
  arb_init(other);
  arb_set_interval_mpfr(other, x.lo(), x.hi(), precision);
  const bool result = arb_overlaps(other, y.get()) == 0;
  arb_clear(other);
  return result;
}

void compare(const crosscheck::Case& c, const spec::Tensor<spec::Ball>& x, const spec::Tensor<Arb>& y,
             EngineCount& count) {
  for (Index i = 0; i < x.size(); ++i) {
    const bool certainly_undefined = x[i].is_nan() || x[i].is_pole();
    const bool conflict = certainly_undefined ? y[i].says_something() : x[i].is_bounded() && apart(x[i], y[i]);
    if (conflict) {
      std::ostringstream text;
      char* ball = arb_get_str(y[i].get(), 40, 0);
      text << spec::print(c.graph.node(c.output()).op) << ", case " << c.number << ", element " << i << ": " << x[i]
           << " vs " << ball;
      flint_free(ball);
      count.disagreements.push_back(text.str());
    }
    const bool both = x[i].is_bounded() && y[i].says_something();
    ++(both ? count.elements : count.silent);
    if (both && y[i].elementary()) ++count.elementary;
  }
}

}  // namespace

EngineCount compare_engines(std::string_view op, const ArbReading& reading, std::uint64_t seed,
                            std::uint64_t elements) {
  EngineCount count{std::string(op), 0, 0, 0, {}};
  const spec::Catalogue catalogue = spec::Catalogue::builtin();
  const spec::OpEntry& entry = **catalogue.get(op);
  const crosscheck::Wish wish{.most_elements = 2000};
  const std::uint64_t most_cases = elements / 4 + 50;
  for (std::uint64_t number = 0; number < most_cases && count.elements + count.silent < elements; ++number) {
    const auto c = crosscheck::draw_case(entry, {seed, "engines", number, 0}, wish);
    if (!c) continue;
    const spec::Op& drawn = c->graph.node(c->output()).op;
    const std::vector<spec::NodeId> wanted{c->output()};
    const auto values = spec::interpret<spec::Ball>(c->graph, spec::as_balls(c->graph, c->data, precision), wanted);
    compare(*c, values[static_cast<std::size_t>(c->output())], reading(drawn->attributes(), as_arbs(c->data)), count);
  }
  return count;
}

}  // namespace plumbline::test
