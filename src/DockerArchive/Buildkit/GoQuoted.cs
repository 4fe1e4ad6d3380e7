using System.Buffers;
using System.Text;

namespace DockerArchive.Buildkit;

/// <summary>Text in Go's double quotes, as <c>%q</c> prints it.</summary>
internal static class GoQuoted
{
    /// <summary>Takes the quotes and escapes off.</summary>
    /// <param name="text">The text from quote to quote.</param>
    /// <param name="plain">Receives the text.</param>
    /// <returns>False when the text is not of that form.</returns>
    public static bool TryRead(ReadOnlySpan<byte> text, ArrayBufferWriter<byte> plain)
    {
        plain.ResetWrittenCount();
        if (text.Length < 2 || text[0] != '"' || text[^1] != '"')
            return false;
        text = text[1..^1];
        while (!text.IsEmpty)
        {
            int special = text.IndexOfAny((byte)'\\', (byte)'"');
            if (special < 0)
            {
                plain.Write(text);
                return true;
            }

            if (text[special] == '"')
                return false;
            plain.Write(text[..special]);
            text = text[special..];
            int length = ReadEscape(text, plain);
            if (length == 0)
                return false;
            text = text[length..];
        }

        return true;
    }

    private static int ReadEscape(ReadOnlySpan<byte> text, ArrayBufferWriter<byte> plain)
    {
        if (text.Length < 2)
            return 0;
        switch (text[1])
        {
            case (byte)'x':
                return Hex(text, 2, out uint value) ? Put(plain, (byte)value, 4) : 0;
            case (byte)'u':
                return Hex(text, 4, out value) ? PutRune(plain, value, 6) : 0;
            case (byte)'U':
                return Hex(text, 8, out value) ? PutRune(plain, value, 10) : 0;
        }

        int named = "abfnrtv\\\"'"u8.IndexOf(text[1]);
        return named < 0 ? 0 : Put(plain, "\a\b\f\n\r\t\v\\\"'"u8[named], 2);
    }

    private static int Put(ArrayBufferWriter<byte> plain, byte value, int length)
    {
        plain.GetSpan(1)[0] = value;
        plain.Advance(1);
        return length;
    }

    private static int PutRune(ArrayBufferWriter<byte> plain, uint value, int length)
    {
        if (!Rune.IsValid(value))
            return 0;
        plain.Advance(new Rune(value).EncodeToUtf8(plain.GetSpan(4)));
        return length;
    }

    private static bool Hex(ReadOnlySpan<byte> escape, int digits, out uint value)
    {
        value = 0;
        if (escape.Length < digits + 2)
            return false;
        foreach (byte digit in escape.Slice(2, digits))
        {
            if (!char.IsAsciiHexDigit((char)digit))
                return false;
            value = (value << 4) | (uint)((digit & 0xF) + (digit >= (byte)'A' ? 9 : 0));
        }

        return true;
    }
}
