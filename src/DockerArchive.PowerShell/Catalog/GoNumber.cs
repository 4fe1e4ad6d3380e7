using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;

namespace DockerArchive.Catalog;

/// <summary>Numbers as compose's YAML reader knows them.</summary>
internal static partial class GoNumber
{
    /// <summary>An integer in one of the forms that Go's literals have (<c>12</c>, <c>0x1f</c>, <c>0o17</c>, <c>017</c>, <c>0b11</c>, <c>1_000</c>).</summary>
    public static bool TryParseInteger(string text, out long value)
    {
        value = 0;
        var digits = text.Replace("_", "", StringComparison.Ordinal);
        var negative = digits.StartsWith('-');
        if (negative || digits.StartsWith('+'))
            digits = digits[1..];
        var (radix, rest) = digits switch
        {
            ['0', 'x' or 'X', .. var hex] => (16, hex),
            ['0', 'b' or 'B', .. var binary] => (2, binary),
            ['0', 'o' or 'O', .. var octal] => (8, octal),
            ['0', _, ..] => (8, digits[1..]),
            _ => (10, digits),
        };
        if (rest.Length == 0 || !rest.All(c => char.IsAsciiHexDigit(c) && Convert.ToInt32(c.ToString(), 16) < radix))
            return false;
        var magnitude = rest.Aggregate(BigInteger.Zero, (sum, c) => (sum * radix) + Convert.ToInt32(c.ToString(), 16));
        var signed = negative ? -magnitude : magnitude;
        if (signed < long.MinValue || signed > long.MaxValue)
            return false;
        value = (long)signed;
        return true;
    }

    public static bool IsFloat(string text) =>
        Float().IsMatch(text.Replace("_", "", StringComparison.Ordinal))
        || text is ".inf" or ".Inf" or ".INF" or "+.inf" or "+.Inf" or "+.INF" or "-.inf" or "-.Inf" or "-.INF" or ".nan" or ".NaN" or ".NAN";

    /// <summary>Go's <c>%v</c>: the shortest digits that give the number back, with an exponent below 1e-4 and from 1e6 on.</summary>
    public static string TextOfFloat(string number)
    {
        var text = number.Replace("_", "", StringComparison.Ordinal);
        if (text.EndsWith("inf", StringComparison.OrdinalIgnoreCase))
            return text[0] == '-' ? "-Inf" : "+Inf";
        if (text.EndsWith("nan", StringComparison.OrdinalIgnoreCase))
            return "NaN";
        var value = double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
        if (value == 0)
            return double.IsNegative(value) ? "-0" : "0";
        var shortest = value.ToString("E16", CultureInfo.InvariantCulture);
        for (var precision = 0; precision < 17; precision++)
        {
            shortest = value.ToString($"E{precision}", CultureInfo.InvariantCulture);
            if (double.Parse(shortest, CultureInfo.InvariantCulture) == value)
                break;
        }

        var exponent = int.Parse(shortest[(shortest.IndexOf('E', StringComparison.Ordinal) + 1)..], CultureInfo.InvariantCulture);
        return exponent is < -4 or >= 6
            ? $"{shortest[..shortest.IndexOf('E', StringComparison.Ordinal)]}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}"
            : ((decimal)value).ToString(CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$")]
    private static partial Regex Float();
}
