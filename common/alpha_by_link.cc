#include "common/alpha_by_link.h"

#include <cmath>

namespace mote {

void AlphaByLink::Add(const Link& link, double staged_bytes, double network_bytes, double seconds) {
  const bool has_room = fits_.size() < kLinksMax - 1 || fits_.contains(link);
  const Link& known = has_room ? link : Link{"other", "other"};
  fits_[known].Add(staged_bytes + network_bytes, seconds);
  models_[known].Add(staged_bytes, network_bytes, seconds);
}

double AlphaByLink::bytes() const {
  double bytes = 0;
  for (const auto& [link, fit] : fits_) bytes += fit.bytes();
  return bytes;
}

double AlphaByLink::predicted_seconds() const {
  double seconds = 0;
  for (const auto& [link, fit] : fits_) seconds += fit.alpha() * fit.bytes();
  return seconds;
}

double AlphaByLink::alpha() const {
  const double all = bytes();
  return all > 0 ? predicted_seconds() / all : 0;
}

double AlphaByLink::alpha_error() const {
  double variance = 0;
  for (const auto& [link, fit] : fits_) variance += std::pow(fit.alpha_error() * fit.bytes(), 2);
  return std::sqrt(variance) / bytes();
}

double AlphaByLink::r_squared() const {
  double explained = 0, all = 0;
  for (const auto& [link, fit] : fits_) {
    explained += fit.r_squared() * fit.sums().yy;
    all += fit.sums().yy;
  }
  return all > 0 ? explained / all : 0;
}

int64_t AlphaByLink::count() const {
  int64_t count = 0;
  for (const auto& [link, fit] : fits_) count += fit.count();
  return count;
}

}  // namespace mote
