namespace DockerArchive.Buildkit;

/// <summary>
/// A transfer's line after its number, <c>&lt;id&gt;[ &lt;size&gt;[ / &lt;size&gt;]][ 1.2s][ done]</c>. The id is free text, so the line is
/// read from its end.
/// </summary>
internal readonly ref struct TransferText
{
    private TransferText(
        ReadOnlySpan<byte> id,
        BuildQuantity? current,
        BuildQuantity? total,
        TimeSpan? elapsed,
        bool done)
    {
        Id = id;
        Current = current;
        Total = total;
        Elapsed = elapsed;
        Done = done;
    }

    public ReadOnlySpan<byte> Id { get; }

    public BuildQuantity? Current { get; }

    public BuildQuantity? Total { get; }

    public TimeSpan? Elapsed { get; }

    public bool Done { get; }

    public static TransferText Read(ReadOnlySpan<byte> text)
    {
        bool done = text.EndsWith(" done"u8);
        if (done)
            text = text[..^5];
        TimeSpan? elapsed = TakeElapsed(ref text);
        BuildQuantity? total = null;
        BuildQuantity? current = TakeSize(ref text);
        if (current is not null && text.EndsWith(" /"u8))
        {
            ReadOnlySpan<byte> before = text[..^2];
            if (TakeSize(ref before) is { } first)
            {
                total = current;
                current = first;
                text = before;
            }
        }

        return new TransferText(text, current, total, elapsed, done);
    }

    private static TimeSpan? TakeElapsed(ref ReadOnlySpan<byte> text)
    {
        int space = text.LastIndexOf((byte)' ');
        if (space <= 0 || text[^1] != 's')
            return null;
        ReadOnlySpan<byte> figure = text[(space + 1)..^1];
        if (figure.Length < 3 || figure[^2] != '.' || PrintedTime.ReadSeconds(figure, out TimeSpan value) != figure.Length)
            return null;
        text = text[..space];
        return value;
    }

    private static BuildQuantity? TakeSize(ref ReadOnlySpan<byte> text)
    {
        int space = text.LastIndexOf((byte)' ');
        if (space <= 0 || !TryReadSize(text[(space + 1)..], out BuildQuantity size))
            return null;
        text = text[..space];
        return size;
    }

    private static bool TryReadSize(ReadOnlySpan<byte> text, out BuildQuantity size)
    {
        size = default;
        if (text.Length < 2 || text[^1] != 'B')
            return false;
        text = text[..^1];
        int power = "kMGTPE"u8.IndexOf(text[^1]) + 1;
        if (power > 0)
            text = text[..^1];
        return power == 0 ? TryReadBytes(text, out size) : TryReadScaled(text, power, out size);
    }

    private static bool TryReadBytes(ReadOnlySpan<byte> text, out BuildQuantity size)
    {
        size = default;
        if (text.IsEmpty || !TryDigits(text, out long value))
            return false;
        size = new BuildQuantity(value, 0);
        return true;
    }

    private static bool TryReadScaled(ReadOnlySpan<byte> text, int power, out BuildQuantity size)
    {
        size = default;
        long unit = 1;
        for (int i = 0; i < power; i++)
            unit *= 1000;
        if (text.Length < 4 || text[^3] != '.'
            || !TryDigits(text[..^3], out long whole) || !TryDigits(text[^2..], out long hundredths)
            || whole > (long.MaxValue - unit) / unit)
            return false;
        size = new BuildQuantity((whole * unit) + (hundredths * (unit / 100)), (byte)((3 * power) - 2));
        return true;
    }

    private static bool TryDigits(ReadOnlySpan<byte> text, out long value)
    {
        value = 0;
        if (text.Length > 18)
            return false;
        foreach (byte digit in text)
        {
            if ((uint)(digit - '0') > 9)
                return false;
            value = (value * 10) + digit - '0';
        }

        return true;
    }
}
