FROM scratch
COPY hello /hello
RUN ["/hello", "before the failure, line", "3", "200", "7"]
