// The losses of a log as SVG: axes with round ticks, a curve for batches, epochs and validation.
#include <algorithm>
#include <cmath>

#include "runtime/train/train_log.h"

namespace plumbline::runtime::train {

namespace {

constexpr double left = 60, right = 20, top = 34, bottom = 40, width = 640, height = 360;
constexpr int ticks = 5;

struct Curve {
  std::string name, colour;
  std::vector<std::pair<double, double>> points = {};
};

// 1, 2 or 5 times a power of ten: about range / ticks.
double round_step(double range) {
  const double raw = range / ticks, power = std::pow(10, std::floor(std::log10(raw))), m = raw / power;
  return power * (m < 1.5 ? 1 : m < 3.5 ? 2 : m < 7.5 ? 5 : 10);
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '<') out += "&lt;";
    else if (c == '>') out += "&gt;";
    else if (c == '&') out += "&amp;";
    else out += static_cast<unsigned char>(c) < 32 ? ' ' : c;
  }
  return out;
}

struct Range {
  double lo = 0, hi = 0;
  bool any = false;
  void include(double x) {
    lo = any ? std::min(lo, x) : x, hi = any ? std::max(hi, x) : x, any = true;
  }
  // Never empty.
  void widen() {
    if (hi - lo > 0) return;
    const double more = std::max(1.0, std::abs(hi)) / 2;
    lo -= more, hi += more;
  }
  double share(double x) const { return (x / 2 - lo / 2) / (hi / 2 - lo / 2); }  // the range may overflow
};

// The multiples of a step in a range; no more than fit on an axis, however small the step.
std::vector<double> round_numbers(const Range& range, double step) {
  std::vector<double> out;
  const double first = std::ceil(range.lo / step) * step;
  for (int i = 0; i <= 3 * ticks && first + i * step <= range.hi; ++i) out.push_back(first + i * step);
  return out;
}

class Plot {
 public:
  explicit Plot(const std::vector<Curve>& curves) {
    for (const Curve& c : curves)
      for (const auto& [step, loss] : c.points)
        if (std::isfinite(loss)) x_.include(step), y_.include(loss);
    x_.widen(), y_.widen();
  }
  std::string frame(std::string_view title) const {
    std::string out = spec::concat("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 ", width, ' ', height,
                                   "\" font-family=\"sans-serif\" font-size=\"11\">\n<rect width=\"", width,
                                   "\" height=\"", height, "\" fill=\"white\"/>\n<text x=\"", left,
                                   "\" y=\"20\" font-size=\"13\">", escaped(title.substr(0, 90)), "</text>\n");
    const double dy = round_step(y_.hi - y_.lo), dx = round_step(x_.hi - x_.lo);
    for (const double v : round_numbers(y_, dy))
      out += spec::concat("<line x1=\"", left, "\" x2=\"", width - right, "\" y1=\"", py(v), "\" y2=\"", py(v),
                          "\" stroke=\"#ddd\"/><text x=\"", left - 6, "\" y=\"", py(v) + 4,
                          "\" text-anchor=\"end\">", v, "</text>\n");
    for (const double v : round_numbers(x_, dx))
      out += spec::concat("<text x=\"", px(v), "\" y=\"", height - bottom + 16, "\" text-anchor=\"middle\">", v,
                          "</text>\n");
    return out + spec::concat("<text x=\"", width / 2, "\" y=\"", height - 8,
                              "\" text-anchor=\"middle\">step</text>\n");
  }
  std::string line(const Curve& c) const {
    std::string points;
    for (const auto& [step, loss] : c.points)
      if (std::isfinite(loss)) points += spec::concat(px(step), ',', py(loss), ' ');
    return spec::concat("<polyline fill=\"none\" stroke=\"", c.colour, "\" stroke-width=\"1.5\" points=\"", points,
                        "\"/>\n");
  }

 private:
  double px(double x) const { return left + x_.share(x) * (width - left - right); }
  double py(double y) const { return height - bottom - y_.share(y) * (height - top - bottom); }
  Range x_, y_;
};

}  // namespace

std::string TrainLog::svg() const {
  std::vector<Curve> curves{{"batch", "#9bb8d3"}, {"epoch", "#1f5fa8"}, {"validation", "#d9541e"}};
  for (const LoggedStep& s : steps) curves[0].points.emplace_back(static_cast<double>(s.step), s.loss);
  for (const LoggedEpoch& e : epochs) {
    curves[1].points.emplace_back(static_cast<double>(e.steps), e.loss);
    if (e.validation_loss) curves[2].points.emplace_back(static_cast<double>(e.steps), *e.validation_loss);
  }
  const Plot plot(curves);
  std::string out = plot.frame(title.empty() ? "loss" : title);
  double at = width - right - 80;
  for (const Curve& c : curves) {
    if (c.points.empty()) continue;
    out += plot.line(c);
    out += spec::concat("<text x=\"", at, "\" y=\"", top + 12, "\" fill=\"", c.colour, "\">", c.name, "</text>\n");
    at -= 70;
  }
  return out + "</svg>\n";
}

}  // namespace plumbline::runtime::train
