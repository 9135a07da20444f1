using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.KernelText;

/// <summary>The first two numbers of <c>uname -r</c>: <c>6.1.0-13-cloud-amd64</c> is 6.1.</summary>
public readonly record struct KernelRelease(int Major, int Minor)
{
    /// <summary>Null if the text does not begin with two numbers.</summary>
    public static KernelRelease? Read(string text)
    {
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        if (dot < 0)
            return null;
        var minor = text.AsSpan(dot + 1);
        var end = minor.IndexOfAnyExceptInRange('0', '9');
        return DecimalText.TryRead(text.AsSpan(0, dot), 9999, out var first)
            && DecimalText.TryRead(end < 0 ? minor : minor[..end], 9999, out var second)
            ? new KernelRelease((int)first, (int)second) : null;
    }

    public bool IsBefore(KernelRelease other) => Major < other.Major || (Major == other.Major && Minor < other.Minor);

    public override string ToString() => $"{Major}.{Minor}";
}
