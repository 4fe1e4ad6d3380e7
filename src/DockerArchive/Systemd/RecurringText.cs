using System.Text;

namespace DockerArchive.Systemd;

/// <summary>A field that is mostly the same from entry to entry: the same text is the same string.</summary>
internal sealed class RecurringText
{
    private byte[] _bytes = [];
    private string _text = "";

    /// <summary>The text of the bytes.</summary>
    public string Get(ReadOnlySpan<byte> utf8)
    {
        if (!utf8.SequenceEqual(_bytes))
        {
            _text = Encoding.UTF8.GetString(utf8);
            _bytes = utf8.ToArray();
        }

        return _text;
    }
}
