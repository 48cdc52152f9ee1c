// Logs as JSON.
#include "runtime/train/train_log.h"

#include <nlohmann/json.hpp>

#include "runtime/io/text.h"

namespace plumbline::runtime::train {

using nlohmann::json;
using spec::fail;

namespace {

constexpr const char* format = "plumbline.train_log/1";

json number(const std::optional<double>& x) { return x ? json(*x) : json(); }

// The member of a name as T, or an error that says where.
template <class T>
Result<T> member(const json& object, const char* name, const std::string& place) {
  if (!object.is_object()) return fail("[train_log] ", place, ": found ", object.type_name(), ", expected an object");
  const auto at = object.find(name);
  if (at == object.end()) return fail("[train_log] ", place, ": found no ", name, ", expected one");
  const bool fits = std::same_as<T, std::string> ? at->is_string()
                    : std::same_as<T, Index>     ? at->is_number_integer()
                    : std::same_as<T, double>    ? at->is_number()
                                                 : at->is_array();
  if (!fits)
    return fail("[train_log] ", place, ".", name, ": found ", at->type_name(), ", expected ",
                std::same_as<T, std::string> ? "a text"
                : std::same_as<T, Index>     ? "an integer"
                : std::same_as<T, double>    ? "a number"
                                             : "a list");
  return at->get<T>();
}

Result<std::optional<double>> optional_member(const json& object, const char* name, const std::string& place) {
  if (!object.contains(name) || object[name].is_null()) return std::optional<double>();
  return member<double>(object, name, place).map([](double x) { return std::optional<double>(x); });
}

// Reads members one after another into their places; the first error stays.
class Reader {
 public:
  Reader(const json& object, std::string place) : object_(object), place_(std::move(place)) {}
  template <class T>
  Reader& operator()(const char* name, T& to) {
    if (!error_) take(member<T>(object_, name, place_), to);
    return *this;
  }
  Reader& operator()(const char* name, std::optional<double>& to) {
    if (!error_) take(optional_member(object_, name, place_), to);
    return *this;
  }
  const std::optional<spec::Error>& error() const { return error_; }

 private:
  template <class T>
  void take(Result<T> read, T& to) {
    if (read) to = std::move(*read);
    else error_ = read.error();
  }
  const json& object_;
  std::string place_;
  std::optional<spec::Error> error_;
};

}  // namespace

std::string TrainLog::json() const {
  using nlohmann::json;
  json out = {{"format", format}, {"title", title}, {"steps", json::array()}, {"epochs", json::array()}};
  for (const LoggedStep& s : steps)
    out["steps"].push_back({{"step", s.step}, {"epoch", s.epoch}, {"loss", s.loss}, {"lr", s.lr}});
  for (const LoggedEpoch& e : epochs)
    out["epochs"].push_back({{"epoch", e.epoch},
                             {"steps", e.steps},
                             {"loss", e.loss},
                             {"validation_loss", number(e.validation_loss)},
                             {"validation_accuracy", number(e.validation_accuracy)},
                             {"seconds", e.seconds}});
  return out.dump(1, ' ', /*ensure_ascii=*/false, json::error_handler_t::replace) + "\n";
}

Result<TrainLog> TrainLog::from_json(std::string_view text) {
  const auto root = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (root.is_discarded()) return fail("[train_log] found no JSON, expected a log that json() wrote");
  std::string found;
  TrainLog log;
  nlohmann::json steps, epochs;
  Reader all(root, "the log");
  all("format", found)("title", log.title)("steps", steps)("epochs", epochs);
  if (all.error()) return tl::unexpected(*all.error());
  if (found != format) return fail("[train_log] format: found ", found, ", expected ", format);
  for (std::size_t i = 0; i < steps.size(); ++i) {
    LoggedStep s;
    Reader read(steps[i], spec::concat("step ", i));
    read("step", s.step)("epoch", s.epoch)("loss", s.loss)("lr", s.lr);
    if (read.error()) return tl::unexpected(*read.error());
    log.steps.push_back(s);
  }
  for (std::size_t i = 0; i < epochs.size(); ++i) {
    LoggedEpoch e;
    Reader read(epochs[i], spec::concat("epoch ", i));
    read("epoch", e.epoch)("steps", e.steps)("loss", e.loss)("validation_loss", e.validation_loss)(
        "validation_accuracy", e.validation_accuracy)("seconds", e.seconds);
    if (read.error()) return tl::unexpected(*read.error());
    log.epochs.push_back(e);
  }
  return log;
}

Result<void> TrainLog::save(const std::string& path) const { return io::write_file(path, json()); }
Result<void> TrainLog::save_svg(const std::string& path) const { return io::write_file(path, svg()); }

Result<TrainLog> TrainLog::load(const std::string& path) {
  const auto text = io::read_text(path);
  if (!text) return tl::unexpected(text.error());
  auto log = from_json(*text);
  if (!log) return fail(path, ": ", log.error().what());
  return log;
}

Callbacks log_to(TrainLog& log, Index every) {
  Callbacks out;
  out.on_train_start = [&log](const StartEvent& e) {
    if (log.title.empty()) log.title = e.model;
  };
  out.on_step = [&log, every](const StepEvent& e) {
    if (every > 0 && e.updated && e.step % every == 0) log.steps.push_back({e.step, e.epoch, e.loss, e.lr});
  };
  out.on_epoch_end = [&log](const EpochEvent& e) {
    log.epochs.push_back({e.epoch, e.steps, e.loss, e.validation_loss, e.validation_accuracy, e.seconds});
  };
  return out;
}

}  // namespace plumbline::runtime::train
