#include "common/array_column.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

namespace mote {
namespace {

template <class T>
T Load(const char* at, bool swap) {
  char bytes[sizeof(T)];
  std::memcpy(bytes, at, sizeof(T));
  if (swap) std::reverse(bytes, bytes + sizeof(T));
  return std::bit_cast<T>(bytes);
}

// The upper half of a binary32; exact.
float BrainToFloat(uint16_t brain) { return std::bit_cast<float>(static_cast<uint32_t>(brain) << 16); }

// IEEE 754 binary16; exact.
float HalfToFloat(uint16_t half) {
  const float sign = (half & 0x8000) != 0 ? -1.0f : 1.0f;
  const int exponent = half >> 10 & 0x1f;
  const int fraction = half & 0x3ff;
  if (exponent == 0) return sign * std::ldexp(static_cast<float>(fraction), -24);
  if (exponent < 0x1f) return sign * std::ldexp(static_cast<float>(fraction + 0x400), exponent - 25);
  return fraction == 0 ? sign * HUGE_VALF : std::nanf("");
}

template <class From, class To>
void AppendAs(std::string_view bytes, bool swap, std::string* out) {
  const size_t count = bytes.size() / sizeof(From);
  const size_t before = out->size();
  out->resize(before + count * sizeof(To));
  char* to = out->data() + before;
  for (size_t i = 0; i < count; ++i) {
    const To value = static_cast<To>(Load<From>(bytes.data() + i * sizeof(From), swap));
    std::memcpy(to + i * sizeof(To), &value, sizeof(To));
  }
}

void AppendShortFloats(std::string_view bytes, bool swap, float (*to_float)(uint16_t), std::string* out) {
  for (size_t i = 0; i + 2 <= bytes.size(); i += 2) {
    const float value = to_float(Load<uint16_t>(bytes.data() + i, swap));
    out->append(reinterpret_cast<const char*>(&value), sizeof(value));
  }
}

}  // namespace

int64_t ElementBytes(ElementType type) {
  switch (type) {
    case ElementType::kU8:
    case ElementType::kI8:
      return 1;
    case ElementType::kI16:
    case ElementType::kU16:
    case ElementType::kF16:
    case ElementType::kBF16:
      return 2;
    case ElementType::kI32:
    case ElementType::kU32:
    case ElementType::kF32:
      return 4;
    case ElementType::kI64:
    case ElementType::kF64:
      return 8;
  }
  return 1;
}

DType DTypeOf(ElementType type) {
  if (type == ElementType::kU8) return DType::kU8;
  if (type == ElementType::kF64) return DType::kF64;
  if (type == ElementType::kF16 || type == ElementType::kBF16) return DType::kF32;
  return type == ElementType::kF32 ? DType::kF32 : DType::kI64;
}

bool ArrayColumn::native() const {
  const int64_t size = ElementBytes(type);
  return (size == 1 || !big_endian) && size == mote::ElementBytes(DTypeOf(type));
}

void AppendElements(const ArrayColumn& column, std::string_view bytes, std::string* out) {
  const bool swap = column.big_endian;
  switch (column.type) {
    case ElementType::kU8:
      out->append(bytes);
      return;
    case ElementType::kI8:
      return AppendAs<int8_t, int64_t>(bytes, swap, out);
    case ElementType::kI16:
      return AppendAs<int16_t, int64_t>(bytes, swap, out);
    case ElementType::kI32:
      return AppendAs<int32_t, int64_t>(bytes, swap, out);
    case ElementType::kI64:
      return AppendAs<int64_t, int64_t>(bytes, swap, out);
    case ElementType::kU16:
      return AppendAs<uint16_t, int64_t>(bytes, swap, out);
    case ElementType::kU32:
      return AppendAs<uint32_t, int64_t>(bytes, swap, out);
    case ElementType::kF16:
      return AppendShortFloats(bytes, swap, HalfToFloat, out);
    case ElementType::kBF16:
      return AppendShortFloats(bytes, swap, BrainToFloat, out);
    case ElementType::kF32:
      return AppendAs<float, float>(bytes, swap, out);
    case ElementType::kF64:
      return AppendAs<double, double>(bytes, swap, out);
  }
}

}  // namespace mote
