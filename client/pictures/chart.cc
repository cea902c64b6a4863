#include "client/pictures/chart.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace mote::client {
namespace {

// Pixels.
constexpr double kWidth = 480, kHeight = 400;
constexpr double kLeft = 64, kRight = 16, kTop = 36, kBottom = 52;
constexpr double kRow = 24;     // of bars and matrices
constexpr double kNames = 160;  // beside bars
constexpr size_t kNameBytesMax = 28;
constexpr int kTicks = 5;

const char* Colour(Ink ink) {
  switch (ink) {
    case Ink::kFirst:
      return "#1f5fa8";
    case Ink::kSecond:
      return "#c2571a";
    case Ink::kFaint:
      return "#999999";
  }
  return "#000000";
}

std::string Begin(double width, double height, std::string_view title) {
  return absl::StrFormat(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %g %g\" width=\"%g\" height=\"%g\" "
      "font-family=\"sans-serif\" font-size=\"12\" role=\"img\">\n<title>%s</title>\n"
      "<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>\n"
      "<text x=\"%g\" y=\"22\" text-anchor=\"middle\" font-size=\"14\">%s</text>\n",
      width, height, width, height, XmlText(title), width / 2, XmlText(title));
}

std::string Text(double x, double y, std::string_view anchor, std::string_view text) {
  return absl::StrFormat("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>\n", x, y, anchor, XmlText(text));
}

std::string Stroke(double x1, double y1, double x2, double y2) {
  return absl::StrFormat("<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"#444444\"/>\n", x1, y1, x2,
                         y2);
}

Range Widened(Range range) {
  if (!(range.high > range.low)) range.high = range.low + std::max(1.0, std::abs(range.low));
  return range;
}

std::string Shortened(const std::string& name) {
  if (name.size() <= kNameBytesMax) return name;
  size_t end = kNameBytesMax;
  while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xC0) == 0x80) --end;  // not inside a character
  return absl::StrCat(name.substr(0, end), "…");
}

}  // namespace

std::string XmlText(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        if (static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t') out += c;
    }
  }
  return out;
}

Chart::Chart(std::string title, Axis x, Axis y) : title_(std::move(title)), x_(std::move(x)), y_(std::move(y)) {
  x_.range = Widened(x_.range);
  y_.range = Widened(y_.range);
}

double Chart::X(double value) const {
  const double part = (value - x_.range.low) / (x_.range.high - x_.range.low);
  return kLeft + std::clamp(part, 0.0, 1.0) * (kWidth - kLeft - kRight);
}

double Chart::Y(double value) const {
  const double part = (value - y_.range.low) / (y_.range.high - y_.range.low);
  return kHeight - kBottom - std::clamp(part, 0.0, 1.0) * (kHeight - kTop - kBottom);
}

void Chart::Line(const std::vector<Point>& points, Ink ink, bool marks) {
  std::string path, dots;
  for (const Point& point : points) {
    if (!std::isfinite(point.x) || !std::isfinite(point.y)) continue;
    absl::StrAppendFormat(&path, "%s%.1f,%.1f", path.empty() ? "" : " ", X(point.x), Y(point.y));
    if (!marks) continue;
    absl::StrAppendFormat(&dots, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>\n", X(point.x), Y(point.y),
                          Colour(ink));
  }
  absl::StrAppendFormat(&body_, "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"%s\"%s/>\n", path,
                        Colour(ink), ink == Ink::kFaint ? "1" : "2",
                        ink == Ink::kFaint ? " stroke-dasharray=\"4 4\"" : "");
  body_ += dots;
}

void Chart::Legend(std::string_view text, Ink ink) {
  const double y = kTop + 14 + 16 * legends_++;
  absl::StrAppendFormat(&body_, "<rect x=\"%.1f\" y=\"%.1f\" width=\"12\" height=\"3\" fill=\"%s\"/>\n", kLeft + 12,
                        y - 5, Colour(ink));
  body_ += Text(kLeft + 30, y, "start", text);
}

std::string Chart::Axes() const {
  std::string out = Stroke(kLeft, kHeight - kBottom, kWidth - kRight, kHeight - kBottom) +
                    Stroke(kLeft, kTop, kLeft, kHeight - kBottom);
  for (int i = 0; i <= kTicks; ++i) {
    const double x = x_.range.low + (x_.range.high - x_.range.low) * i / kTicks;
    const double y = y_.range.low + (y_.range.high - y_.range.low) * i / kTicks;
    out += Text(X(x), kHeight - kBottom + 18, "middle", absl::StrFormat("%.4g", x));
    out += Text(kLeft - 8, Y(y) + 4, "end", absl::StrFormat("%.4g", y));
  }
  out += Text((kLeft + kWidth - kRight) / 2, kHeight - 12, "middle", x_.title);
  absl::StrAppendFormat(&out, "<text transform=\"translate(16 %.1f) rotate(-90)\" text-anchor=\"middle\">%s</text>\n",
                        (kTop + kHeight - kBottom) / 2, XmlText(y_.title));
  return out;
}

std::string Chart::Svg() const { return absl::StrCat(Begin(kWidth, kHeight, title_), Axes(), body_, "</svg>\n"); }

std::string BarsSvg(std::string_view title, const std::vector<Bar>& bars) {
  const double height = kTop + kRow * static_cast<double>(bars.size()) + 12;
  double most = 0;
  for (const Bar& bar : bars) most = std::max(most, bar.value);
  std::string out = Begin(kWidth, height, title);
  for (size_t i = 0; i < bars.size(); ++i) {
    const double y = kTop + kRow * static_cast<double>(i);
    const double width = most > 0 ? std::max(0.0, bars[i].value) / most * (kWidth - kNames - 80) : 0;
    out += Text(kNames - 8, y + 16, "end", Shortened(bars[i].name));
    absl::StrAppendFormat(&out, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"16\" fill=\"%s\"/>\n", kNames,
                          y + 4, width, Colour(Ink::kFirst));
    out += Text(kNames + width + 6, y + 16, "start", absl::StrFormat("%.4g", bars[i].value));
  }
  return absl::StrCat(out, "</svg>\n");
}

std::string MatrixSvg(std::string_view title, const std::vector<std::string>& names,
                      const std::vector<std::vector<double>>& counts) {
  constexpr double kCell = 64;
  const double side = kCell * static_cast<double>(names.size());
  const double width = std::max(kWidth, kNames + side + kRight);
  std::string out = Begin(width, kTop + side + kBottom, title);
  for (size_t row = 0; row < names.size(); ++row) {
    const double y = kTop + kCell * static_cast<double>(row);
    double total = 0;
    for (const double count : counts[row]) total += count;
    out += Text(kNames - 8, y + kCell / 2 + 4, "end", Shortened(names[row]));
    out += Text(kNames + kCell * (static_cast<double>(row) + 0.5), kTop + side + 18, "middle", Shortened(names[row]));
    for (size_t column = 0; column < names.size(); ++column) {
      const double x = kNames + kCell * static_cast<double>(column);
      const double part = total > 0 ? counts[row][column] / total : 0;
      absl::StrAppendFormat(&out,
                            "<rect x=\"%.1f\" y=\"%.1f\" width=\"%g\" height=\"%g\" fill=\"%s\" "
                            "fill-opacity=\"%.3f\" stroke=\"#444444\"/>\n",
                            x, y, kCell, kCell, Colour(Ink::kFirst), 0.8 * part);
      out += Text(x + kCell / 2, y + kCell / 2 + 4, "middle", absl::StrFormat("%.15g", counts[row][column]));
    }
  }
  out += Text(kNames + side / 2, kTop + side + 40, "middle", "predicted (rows are labels)");
  return absl::StrCat(out, "</svg>\n");
}

}  // namespace mote::client
