using System.Globalization;
using System.Text;

namespace MetaMcp.Init.Core.Http;

/// <summary>An answer, with the headers that keep a browser from doing anything with it but show it.</summary>
/// <param name="Status">Its status.</param>
/// <param name="ContentType">The type of the body.</param>
/// <param name="Body">
/// The body, which no one may change, since several clients get it at once; left out for HEAD, with its length in the head all the same.
/// </param>
public sealed record HttpResponse(HttpStatus Status, string ContentType, byte[] Body)
{
    public const string PlainText = "text/plain; charset=utf-8";

    public static HttpResponse Text(HttpStatus status, string text) => new(status, PlainText, Encoding.UTF8.GetBytes(text));

    /// <summary>The answer to a request that is none, or is not allowed.</summary>
    public static HttpResponse Of(HttpParse.Refused refused)
    {
        ArgumentNullException.ThrowIfNull(refused);
        return Text(refused.Status, refused.Reason + "\n");
    }

    /// <summary>What stands before the body, its empty line included.</summary>
    /// <param name="keepsAlive">The connection takes another request.</param>
    /// <param name="unixSeconds">Now, for the field Date.</param>
    public byte[] Head(bool keepsAlive, long unixSeconds)
    {
        var head = new StringBuilder();
        head.Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {(int)Status} {HttpStatusWords.Of(Status)}\r\n")
            .Append("Date: ").Append(HttpDate.Text(unixSeconds)).Append("\r\n")
            .Append("Content-Type: ").Append(ContentType).Append("\r\n")
            .Append(CultureInfo.InvariantCulture, $"Content-Length: {Body.Length}\r\n")
            .Append("Cache-Control: no-store\r\n")
            .Append("Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n")
            .Append("Cross-Origin-Resource-Policy: same-origin\r\n")
            .Append("Referrer-Policy: no-referrer\r\n")
            .Append("Vary: Accept\r\n")
            .Append("X-Content-Type-Options: nosniff\r\n");
        if (Status == HttpStatus.MethodNotAllowed)
            head.Append("Allow: GET, HEAD\r\n");
        head.Append("Connection: ").Append(keepsAlive ? "keep-alive" : "close").Append("\r\n\r\n");
        return Encoding.ASCII.GetBytes(head.ToString());
    }
}
