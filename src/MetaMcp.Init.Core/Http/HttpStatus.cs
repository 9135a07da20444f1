namespace MetaMcp.Init.Core.Http;

/// <summary>The status codes that are answered (RFC 9110, section 15; RFC 6585).</summary>
public enum HttpStatus
{
    /// <summary>Not an answer.</summary>
    None = 0,
    Ok = 200,
    BadRequest = 400,
    NotFound = 404,
    MethodNotAllowed = 405,
    RequestTimeout = 408,
    ContentTooLarge = 413,
    ExpectationFailed = 417,
    MisdirectedRequest = 421,
    HeaderFieldsTooLarge = 431,
    NotImplemented = 501,
    ServiceUnavailable = 503,
    VersionNotSupported = 505,
}

internal static class HttpStatusWords
{
    public static string Of(HttpStatus status) => status switch
    {
        HttpStatus.Ok => "OK",
        HttpStatus.BadRequest => "Bad Request",
        HttpStatus.NotFound => "Not Found",
        HttpStatus.MethodNotAllowed => "Method Not Allowed",
        HttpStatus.RequestTimeout => "Request Timeout",
        HttpStatus.ContentTooLarge => "Content Too Large",
        HttpStatus.ExpectationFailed => "Expectation Failed",
        HttpStatus.MisdirectedRequest => "Misdirected Request",
        HttpStatus.HeaderFieldsTooLarge => "Request Header Fields Too Large",
        HttpStatus.NotImplemented => "Not Implemented",
        HttpStatus.ServiceUnavailable => "Service Unavailable",
        _ => "HTTP Version Not Supported",
    };
}
