#include "common/prepare/order_key.h"

#include "common/prepare/cell.h"

namespace mote {
namespace {

// Takes fields off the front of a text. A failure is kept, so that it is asked about once.
class TimeReader {
 public:
  explicit TimeReader(std::string_view text) : text_(text) {}

  bool failed() const { return failed_; }
  bool empty() const { return text_.empty(); }
  bool Take(char c) {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  void Expect(char c) { failed_ = !Take(c) || failed_; }

  // Exactly `digits` of them, a number in [low, high].
  int64_t Number(int digits, int64_t low, int64_t high) {
    int64_t value = 0;
    for (int i = 0; i < digits; ++i) {
      const int digit = text_.empty() ? -1 : text_.front() - '0';
      if (digit < 0 || digit > 9) {
        failed_ = true;
        return low;
      }
      value = value * 10 + digit;
      text_.remove_prefix(1);
    }
    failed_ = failed_ || value < low || value > high;
    return value;
  }

  // One digit or more behind a decimal sign, to the microsecond; what follows is cut off.
  int64_t Microseconds() {
    int64_t value = 0;
    int digits = 0;
    for (; !text_.empty() && text_.front() >= '0' && text_.front() <= '9'; ++digits) {
      if (digits < 6) value = value * 10 + (text_.front() - '0');
      text_.remove_prefix(1);
    }
    failed_ = failed_ || digits == 0;
    for (; digits < 6; ++digits) value *= 10;
    return value;
  }

 private:
  std::string_view text_;
  bool failed_ = false;
};

int64_t DaysOf(int64_t year, int64_t month) {
  constexpr int64_t kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return kDays[month - 1] + (month == 2 && leap ? 1 : 0);
}

// Since 1970-01-01 in the Gregorian calendar (Hinnant: chrono-compatible low-level date
// algorithms, days_from_civil).
int64_t DaysSince1970(int64_t year, int64_t month, int64_t day) {
  year -= month <= 2;
  const int64_t era = (year >= 0 ? year : year - 399) / 400;
  const int64_t year_of_era = year - era * 400;
  const int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

// Seconds that the clock is ahead of UTC.
int64_t TakeOffset(TimeReader& reader) {
  if (reader.Take('Z') || reader.Take('z') || reader.empty()) return 0;
  const bool behind = reader.Take('-');
  if (!behind) reader.Expect('+');
  int64_t seconds = reader.Number(2, 0, 23) * 3600;
  if (reader.Take(':') || !reader.empty()) seconds += reader.Number(2, 0, 59) * 60;
  return behind ? -seconds : seconds;
}

}  // namespace

std::optional<double> ParseIsoTime(std::string_view text) {
  TimeReader reader(text);
  const int64_t year = reader.Number(4, 0, 9999);
  reader.Expect('-');
  const int64_t month = reader.Number(2, 1, 12);
  if (reader.failed()) return std::nullopt;
  const bool has_day = reader.Take('-');
  const int64_t day = has_day ? reader.Number(2, 1, DaysOf(year, month)) : 1;
  int64_t seconds = DaysSince1970(year, month, day) * 86400;
  int64_t microseconds = 0;
  if (has_day && !reader.empty()) {
    if (!reader.Take('T') && !reader.Take('t')) reader.Expect(' ');
    seconds += reader.Number(2, 0, 23) * 3600;
    reader.Expect(':');
    seconds += reader.Number(2, 0, 59) * 60;
    if (reader.Take(':')) seconds += reader.Number(2, 0, 60);  // 60: a leap second
    if (reader.Take('.') || reader.Take(',')) microseconds = reader.Microseconds();
    seconds -= TakeOffset(reader);
  }
  if (reader.failed() || !reader.empty()) return std::nullopt;
  return static_cast<double>(seconds * 1'000'000 + microseconds);
}

std::optional<OrderValue> ParseOrderValue(std::string_view cell) {
  if (const std::optional<double> number = ParseNumber(cell)) return OrderValue{OrderKind::kNumber, *number};
  const std::optional<double> time = ParseIsoTime(cell);
  if (!time) return std::nullopt;
  return OrderValue{OrderKind::kTime, *time};
}

}  // namespace mote
