// An existing Rasa widget in a few lines: the independent client speaks Rasa's protocol.
// node rasa_client.cjs URL '{"session": …, "say": […], "origin": …, "transports": […]}'
const { io } = require(process.env.SOCKET_IO_CLIENT);

const [url, plan] = process.argv.slice(2);
const { session = null, say = [], origin, transports = ["polling", "websocket"] } = JSON.parse(plan);
const heard = { session: null, uttered: [], refused: null };
const socket = io(url, {
  transports,
  reconnection: false,
  extraHeaders: origin ? { Origin: origin } : {},
});
const quiet = 500; // milliseconds without another word: the turn is over
let timer = null;

function end() {
  console.log(JSON.stringify(heard));
  socket.disconnect();
  process.exit(0);
}

function next() {
  const message = say.shift();
  if (message === undefined) return end();
  socket.emit("user_uttered", message);
}

function wait() {
  clearTimeout(timer);
  timer = setTimeout(next, quiet);
}

socket.on("connect", () => socket.emit("session_request", { session_id: session }));
socket.on("connect_error", (error) => {
  heard.refused = error.message;
  end();
});
socket.on("session_confirm", (confirmed) => {
  heard.session = confirmed;
  wait(); // a greeting may follow
});
socket.on("bot_uttered", (message) => {
  heard.uttered.push(message);
  wait();
});
setTimeout(() => process.exit(1), 55000);
