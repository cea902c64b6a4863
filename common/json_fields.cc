#include "common/json_fields.h"

#include <array>
#include <charconv>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/json.h"

namespace mote {

// What nlohmann's parser calls: without a tree of values, however large a record is.
class JsonFields::Reader final : public nlohmann::json_sax<Json> {
 public:
  explicit Reader(JsonFields& fields) : fields_(fields) {}

  const absl::Status& status() const { return status_; }

  bool null() override { return Text(""); }
  bool boolean(bool value) override { return Text(value ? "true" : "false"); }
  bool number_integer(int64_t value) override { return Integer(value); }
  bool number_unsigned(uint64_t value) override { return Integer(value); }
  bool number_float(double, const std::string& digits) override { return Text(digits); }
  bool string(std::string& value) override { return Text(value); }
  bool binary(nlohmann::json::binary_t&) override { return false; }
  bool key(std::string& key) override {
    Within& object = within_.back();
    object.next = Follow(object.step, key);
    return true;
  }
  bool start_object(size_t) override { return Enter(/*is_list=*/false); }
  bool start_array(size_t) override { return Enter(/*is_list=*/true); }
  bool end_object() override { return Leave(); }
  bool end_array() override { return Leave(); }
  bool parse_error(size_t position, const std::string&, const nlohmann::detail::exception& error) override {
    if (error.id == kOutOfRange) return Fail(absl::StrCat("a number before byte ", position, " is too large"));
    return Fail(absl::StrCat("it is no JSON from byte ", position, " on"));
  }

 private:
  static constexpr size_t kNowhere = SIZE_MAX;  // nothing below is a field
  static constexpr int kOutOfRange = 406;       // nlohmann's, of a number
  static constexpr size_t kDepthMax = 1000;

  // An object or list that is not closed yet.
  struct Within {
    size_t step = kNowhere;
    size_t next = kNowhere;  // where the value of the key that was read last belongs
    bool is_list = false;
    int64_t index = 0;  // of a list: of the next value
  };

  bool Fail(const std::string& why) {
    status_ = absl::InvalidArgumentError(why);
    return false;
  }

  size_t Follow(size_t step, std::string_view key) const {
    if (step == kNowhere) return kNowhere;
    const auto& next = fields_.steps_[step].next;
    const auto found = next.find(key);
    return found == next.end() ? kNowhere : found->second;
  }

  // Where the value belongs that is read now.
  size_t Place() {
    Within& within = within_.back();
    if (!within.is_list) return within.next;
    if (within.step == kNowhere) return kNowhere;
    std::array<char, 20> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), within.index++).ptr;
    return Follow(within.step, {digits.data(), static_cast<size_t>(end - digits.data())});
  }

  bool Enter(bool is_list) {
    size_t step = 0;
    if (!within_.empty()) {
      step = Place();
      const int field = step == kNowhere ? -1 : fields_.steps_[step].field;
      if (field >= 0) {
        const std::string& name = fields_.names_[static_cast<size_t>(field)];
        return Fail(absl::StrCat("field \"", name, "\" is ", is_list ? "a list" : "an object",
                                 "; name what is in it, as in \"", name, is_list ? ".0\"" : ".KEY\""));
      }
    }
    if (within_.size() >= kDepthMax) return Fail(absl::StrCat("it is nested more than ", kDepthMax, " deep"));
    within_.push_back({.step = step, .is_list = is_list});
    return true;
  }

  bool Leave() {
    within_.pop_back();
    return true;
  }

  bool Text(std::string_view text) {
    if (within_.empty()) return Fail("it is neither an object nor a list");
    const size_t step = Place();
    const int field = step == kNowhere ? -1 : fields_.steps_[step].field;
    if (field < 0) return true;
    fields_.cells_[static_cast<size_t>(field)] = {fields_.text_.size(), text.size()};
    fields_.text_.append(text);
    return true;
  }

  template <class T>
  bool Integer(T value) {
    std::array<char, 24> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    return Text({digits.data(), static_cast<size_t>(end - digits.data())});
  }

  JsonFields& fields_;
  std::vector<Within> within_;
  absl::Status status_;
};

JsonFields::JsonFields(const std::vector<std::string>& names) : names_(names), steps_(1) {
  for (size_t i = 0; i < names_.size(); ++i) {
    size_t step = 0;
    for (const std::string_view key : std::vector<std::string>(absl::StrSplit(names_[i], '.'))) {
      step = StepTo(step, key);
    }
    steps_[step].field = static_cast<int>(i);
    // A key may have a dot in it.
    steps_[StepTo(0, names_[i])].field = static_cast<int>(i);
  }
}

size_t JsonFields::StepTo(size_t from, std::string_view key) {
  const auto found = steps_[from].next.find(key);
  if (found != steps_[from].next.end()) return found->second;
  steps_.emplace_back();
  steps_[from].next.emplace(key, steps_.size() - 1);
  return steps_.size() - 1;
}

absl::Status JsonFields::Cells(std::string_view record, std::vector<std::string_view>* cells) {
  text_.clear();
  cells_.assign(names_.size(), {});
  Reader reader(*this);
  if (!Json::sax_parse(record.begin(), record.end(), &reader)) return reader.status();
  cells->clear();
  for (const Cell& cell : cells_) cells->push_back(std::string_view(text_).substr(cell.begin, cell.length));
  return absl::OkStatus();
}

}  // namespace mote
